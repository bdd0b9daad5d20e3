/**
 * The text, shortened to a number of characters. Both ends remain, since the end of a name often distinguishes it; where
 * others have the same ends, so does the part that they do not share.
 */
export function elided(text: string, length: number, others: readonly string[] = []): string {
  const characters = [...text];
  if (characters.length <= length) {
    return text;
  }
  const [head, tail] = ends(characters, length - 1);
  const alike = others
    .filter((other) => other !== text && other.startsWith(head) && other.endsWith(tail))
    .map((other) => [...other])
    .filter((other) => other.length > length);
  const plain = `${head.trimEnd()}…${tail.trimStart()}`;
  return alike.length > 0 ? (withDifference(characters, length, alike) ?? plain) : plain;
}

/** Beginning and end of a text, together `count` characters long. */
function ends(characters: readonly string[], count: number): [string, string] {
  const kept = Math.max(1, count);
  const tail = Math.floor(kept / 2);
  return [characters.slice(0, kept - tail).join(""), tail > 0 ? characters.slice(-tail).join("") : ""];
}

/** Characters of a text, its ends and a part that others do not share; null if there is no such part, or no room. */
function withDifference(text: readonly string[], length: number, others: readonly string[][]): string | null {
  const first = Math.min(...others.map((other) => shared(text, other)));
  const reversed = text.slice(first).reverse();
  const last = Math.min(...others.map((other) => shared(reversed, other.slice(first).reverse())));
  const part = text.slice(first, text.length - last);
  const room = length - 2;
  const most = Math.min(part.length, room - 2);
  if (most < 1) {
    return null;
  }
  const rest = others.map((other) => other.slice(first, other.length - last).join(""));
  const [head, tail] = ends(text, room - most);
  return `${head.trimEnd()}…${elided(part.join(""), most, rest).trim()}…${tail.trimStart()}`;
}

/** How many characters two texts begin with that are the same. */
function shared(one: readonly string[], other: readonly string[]): number {
  const differ = one.findIndex((character, place) => character !== other[place]);
  return differ < 0 ? one.length : differ;
}
