/** The part of bqplot's API that this package uses; bqplot ships no types. */
declare module "bqplot" {
  import { WidgetModel, WidgetView } from "@jupyter-widgets/base";

  export interface ScaleView {
    model: WidgetModel;
    scale: ((value: number) => number) & { invert(pixel: number): number };
    setRange(range: [number, number]): void;
  }

  export interface Figure extends WidgetView {
    webGLCanvas: HTMLCanvasElement;
    relayoutHooks: Record<string, () => void>;
    readonly width: number;
    readonly height: number;
    readonly plotareaWidth: number;
    readonly plotareaHeight: number;
    readonly margin: { left: number; right: number; top: number; bottom: number };
    padded_range(direction: "x" | "y", model: WidgetModel): [number, number];
  }

  export class MarkModel extends WidgetModel {
    dirty: boolean;
    update_domains(): void;
    getScales(): Record<string, WidgetModel>;
  }

  export abstract class Mark extends WidgetView {
    parent: Figure;
    scales: Record<string, ScaleView>;
    display_el_classes: string[];
    render(): Promise<void>;
    create_listeners(): void;
    set_positional_scales(): void;
    abstract draw(): void;
    abstract set_ranges(): void;
    abstract relayout(): void;
    abstract compute_view_padding(): void;
    abstract clear_style(): void;
    abstract set_default_style(): void;
    abstract set_style_on_elements(): void;
  }
}
