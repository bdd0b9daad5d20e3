/** The text, shortened to a number of characters; both ends remain, since the end of a name often distinguishes it. */
export function elided(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) {
    return text;
  }
  const kept = Math.max(1, length - 1);
  const [head, tail] = [Math.ceil(kept / 2), Math.floor(kept / 2)];
  return `${characters.slice(0, head).join("").trimEnd()}…${tail > 0 ? characters.slice(-tail).join("").trimStart() : ""}`;
}
