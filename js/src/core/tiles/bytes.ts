/** Bytes as the widget protocol delivers them: a view into a message, or a buffer of their own. */
export type Bytes = DataView | ArrayBuffer;

/** Copies bytes out: those of a message may start anywhere, and those of a typed array may not. */
export function bytesOf(data: Bytes, offset = 0, length = data.byteLength - offset): ArrayBuffer {
  const [buffer, start] = data instanceof ArrayBuffer ? [data, 0] : [data.buffer, data.byteOffset];
  return buffer.slice(start + offset, start + offset + length) as ArrayBuffer;
}
