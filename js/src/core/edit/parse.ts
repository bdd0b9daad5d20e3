/** Required form of pasted numbers. */
export interface Wanted {
  readonly samples: number;
  /** Names of the channels, with or without their unit, as headings may have them. */
  readonly names: readonly (readonly string[])[];
}

/** Values (time, channel) of pasted text or a CSV file, or a sentence that says what is wrong with it. */
export function parseSeries(text: string, { samples, names }: Wanted): number[] | string {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== "")
    .map(cellsOf);
  const rule = `The series must have ${samples} rows of ${names.length === 1 ? "1 number" : `${names.length} numbers`}, one row for each sample`;
  const [first] = lines;
  if (!first) {
    return `${rule}, but the text is empty.`;
  }
  // Numbers may be missing or wrong in a first row as well: a heading has none.
  const heading = first.every((cell) => cell === "" || (Number.isNaN(Number(cell)) && !IS_NUMBER_WORD.test(cell)));
  const rows = heading ? lines.slice(1) : lines;
  const places = (heading && placesOf(first, names)) || names.map((_, place) => place);
  const columns = heading && placesOf(first, names) ? first.length : names.length;
  if (rows.length !== samples) {
    return `${rule}, but has ${rows.length} row${rows.length === 1 ? "" : "s"}.`;
  }
  const values: number[] = [];
  for (const [row, cells] of rows.entries()) {
    const place = `row ${row + (heading ? 2 : 1)}`;
    if (cells.length !== columns) {
      return `${rule}, but ${place} has ${cells.length} cell${cells.length === 1 ? "" : "s"}.`;
    }
    for (const column of places) {
      const cell = cells[column];
      const value = Math.fround(Number(cell));
      if (cell === "" || !Number.isFinite(value)) {
        return `The series must hold finite numbers, but ${place} holds ${cell === "" ? "an empty cell" : `“${cell.slice(0, 40)}”`}.`;
      }
      values.push(value);
    }
  }
  return values;
}

const IS_NUMBER_WORD = /^[+-]?(nan|inf|infinity|na|null|none)$/i;

/** Cells of a line, between tabs, semicolons, commas or else spaces; quotes are dropped. */
function cellsOf(line: string): string[] {
  const separator = ["\t", ";", ","].find((one) => line.includes(one)) ?? /\s+/;
  return line
    .trim()
    .split(separator)
    .map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

/** Column of each channel, if the heading names all of them. */
function placesOf(heading: readonly string[], names: Wanted["names"]): number[] | null {
  const places = names.map((own) => heading.findIndex((cell) => own.includes(cell)));
  return places.includes(-1) ? null : places;
}
