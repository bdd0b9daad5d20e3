/** Bytes as the widget protocol delivers them: a view into a message, or a buffer. */
export type Bytes = DataView | ArrayBuffer;

/** Copies bytes: they may start anywhere in a message, but typed arrays need aligned offsets. */
export function bytesOf(data: Bytes, offset = 0, length = data.byteLength - offset): ArrayBuffer {
  const [buffer, start] = data instanceof ArrayBuffer ? [data, 0] : [data.buffer, data.byteOffset];
  return buffer.slice(start + offset, start + offset + length) as ArrayBuffer;
}
