import type { WidgetModel } from "@jupyter-widgets/base";
import type { ExportSheet } from "../core/draw/export_sheet.js";
import { exportPng, exportSvg } from "./export_file.js";
import type { Status } from "./pictures.js";

type Mark = WidgetModel & {
  readonly status: Status;
  readonly message: string | null;
  exportSheet(): ExportSheet | null;
};

/** Python's request for the current picture as a file. */
export interface FileRequest {
  picture: "png" | "svg";
  request: number;
}

/** Responds with the requested picture once it is available. */
export function sendPicture(model: Mark, wanted: FileRequest): void {
  if (model.status === "waiting") {
    model.once("picture", () => sendPicture(model, wanted));
  } else {
    // The picture is drawn at the next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => answer(model, wanted)));
  }
}

async function answer(model: Mark, { picture, request }: FileRequest): Promise<void> {
  const sheet = model.status === "ready" ? model.exportSheet() : null;
  if (!sheet) {
    model.send({ type: "picture", request, error: model.message ?? "the widget is not displayed" }, {});
    return;
  }
  const file = picture === "png" ? await exportPng(sheet) : new Blob([exportSvg(sheet)]);
  model.send({ type: "picture", request }, {}, [await file.arrayBuffer()]);
}
