export { ChannelStackModel } from "./mark/ChannelStackModel.js";
export { FinderModel } from "./mark/FinderModel.js";
export { OptionsModel } from "./mark/OptionsModel.js";
export { ChannelStack } from "./mark/ChannelStack.js";
export { ClassMenuModel, ClassMenuView } from "./panel/class_menu.js";
export { LegendModel, LegendView } from "./panel/legend.js";
export { ToolbarModel, ToolbarView } from "./panel/toolbar.js";
export { SummaryModel, SummaryView } from "./panel/summary.js";
export { WindowPanelModel, WindowPanelView } from "./panel/window_panel.js";
