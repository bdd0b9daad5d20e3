/** A pen that records texts and filled rectangles. */
export function recorder() {
  const [texts, rects] = [[], []];
  const pen = {
    fillText: (text, x, y) => texts.push({ text, x, y }),
    fillRect: (...rect) => rects.push(rect),
    measureText: (text) => ({ width: 6 * text.length }),
  };
  return {
    texts,
    rects,
    pen: new Proxy(pen, { get: (target, name) => (name in target ? target[name] : () => {}), set: () => true }),
  };
}
