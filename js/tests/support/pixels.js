/** Colors of packed pixels, each as red, green, blue and alpha. */
export function unpackedColors(colors) {
  const bytes = new Uint8Array(colors.buffer, colors.byteOffset, colors.byteLength);
  return Array.from(colors, (_, place) => [...bytes.slice(4 * place, 4 * place + 4)]);
}
