export { ChannelStackModel } from "./mark/ChannelStackModel.js";
export { ChannelStack } from "./mark/ChannelStack.js";
export { LegendModel, LegendView } from "./panel/legend.js";
export { SummaryModel, SummaryView } from "./panel/summary.js";
