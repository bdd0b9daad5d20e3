/** An element with text in it; text only, whatever it holds. */
export function textElement(tag: string, name: string, ...content: (string | Node)[]): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  element.append(...content);
  return element;
}
