import type { WidgetModel } from "@jupyter-widgets/base";
import type { Choice } from "../core/picture/choice.js";
import type { Options } from "../core/picture/options.js";
import { exportPng, exportSvg, type Paper } from "./export_file.js";
import { type Exported, exportSheet } from "./export_sheet.js";
import type { MarkView } from "./mark_view.js";
import type { Pictures, Shown, Status } from "./pictures.js";

type Mark = WidgetModel &
  Exported & {
    readonly status: Status;
    viewAt(element: Element | null): MarkView | null;
    otherPictures(choice: Choice, pinnedChoice: Choice | null, options: Options): Pictures;
  };

/** Python's request for a picture as a file. */
export interface FileRequest extends Paper {
  readonly picture: "png" | "svg";
  readonly request: number;
  readonly choice: Choice;
  readonly pinned: Choice | null;
  readonly options: Options;
}

/**
 * Draws the files that Python requests, one after another. A request names its picture, because the cell that made it may
 * have selected others by the time that the kernel answers.
 */
export class PictureSender {
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly mark: Mark) {}

  send(wanted: FileRequest): void {
    const { request } = wanted;
    this.last = this.last
      .then(() => this.file(wanted))
      .then(
        (file) => this.mark.send({ type: "picture", request }, {}, [file]),
        (fault: Error) => this.mark.send({ type: "picture", request, error: fault.message }, {}),
      );
  }

  private async file(wanted: FileRequest): Promise<ArrayBuffer> {
    const shown = await this.shown(wanted);
    const view = this.mark.viewAt(null);
    if (!view) {
      throw new Error("the widget is not displayed");
    }
    const failed = shown.find(({ status }) => status !== "ready");
    if (failed) {
      throw new Error(failed.message ?? "the picture is not available");
    }
    const sheet = exportSheet(
      this.mark,
      view,
      shown.map(({ picture }) => picture!),
      wanted,
    );
    const file = wanted.picture === "png" ? await exportPng(sheet, wanted) : new Blob([exportSvg(sheet, wanted)]);
    return file.arrayBuffer();
  }

  /** The requested pictures, once the kernel has sent their tiles. */
  private async shown({ choice, pinned, options }: FileRequest): Promise<Shown[]> {
    const { mark } = this;
    for (;;) {
      // What is on the screen comes first.
      if (mark.status !== "waiting") {
        const pictures = mark.otherPictures(choice, pinned, options);
        pictures.refresh();
        if (!pictures.mayChange) {
          return pictures.pinned ? [pictures.shown, pictures.pinned] : [pictures.shown];
        }
      }
      await new Promise((resolve) => mark.once("tiles picture", resolve));
    }
  }
}
