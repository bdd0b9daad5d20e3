import { type IClassicComm, JupyterLuminoWidget, type WidgetModel, type WidgetView } from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";

/** Classes of widgets by their names. */
export type Module = Record<string, unknown>;

type WidgetClass = typeof WidgetModel | typeof WidgetView;

/** Models and views of a page, without a kernel: every class is one of the page's own modules. */
export class PageManager extends ManagerBase {
  constructor(private readonly modules: Readonly<Record<string, Module>>) {
    super();
  }

  /** Displays a model in an element, and tells its views when the window changes its size. */
  async display(model: WidgetModel, element: HTMLElement): Promise<void> {
    const { luminoWidget } = await this.create_view(model as never);
    JupyterLuminoWidget.attach(luminoWidget, element);
    const { UnknownSize } = JupyterLuminoWidget.ResizeMessage;
    window.addEventListener("resize", () => luminoWidget.processMessage(UnknownSize));
  }

  protected async loadClass(name: string, module: string): Promise<WidgetClass> {
    const found = this.modules[module]?.[name];
    if (!found) {
      throw new Error(`This page does not contain the class ${name} of ${module}.`);
    }
    return found as WidgetClass;
  }

  protected async _get_comm_info(): Promise<object> {
    return {};
  }

  protected _create_comm(): Promise<IClassicComm> {
    return Promise.reject(new Error("This page has no kernel."));
  }
}
