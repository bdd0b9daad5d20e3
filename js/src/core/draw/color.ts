import tables from "./color_tables.json" with { type: "json" };

export type TableName = keyof typeof tables;

/** CSS colors of a map, indexed from 0 to 255. */
export type ColorTable = readonly string[];

export interface ColorScale {
  readonly table: TableName;
  readonly colors: ColorTable;
  readonly signed: boolean;
  /** Value of the last color. */
  readonly limit: number;
}

const css = ([r, g, b]: number[]): string => `rgb(${r}, ${g}, ${b})`;
const grey = ([r, g, b]: number[]): string => css(Array(3).fill(Math.round(0.3 * r + 0.59 * g + 0.11 * b)));

const colored = new Map<TableName, ColorTable>();
const greyed = new Map<TableName, ColorTable>();
for (const name of Object.keys(tables) as TableName[]) {
  colored.set(name, tables[name].map(css));
  greyed.set(name, tables[name].map(grey));
}

export function colorScale(signed: boolean, limit: number, dark: boolean, without_color = false): ColorScale {
  const table = `${signed ? "signed" : "unsigned"}${dark ? "_dark" : ""}` as TableName;
  return { table, colors: (without_color ? greyed : colored).get(table)!, signed, limit };
}

/** Index of a value in the color table: 256 bins of equal width from -limit (or 0) to limit. */
export function colorIndex(value: number, scale: ColorScale): number {
  const share = scale.limit > 0 ? value / scale.limit : 0;
  return Math.max(0, Math.min(255, Math.floor(256 * (scale.signed ? (share + 1) / 2 : share))));
}

/** Color table as opaque RGBA pixels. */
export function pixelColors({ colors }: ColorScale): Uint32Array {
  let pixels = packed.get(colors);
  if (!pixels) {
    const bytes = Uint8Array.from(colors.flatMap((color) => [...(color.match(/\d+/g) ?? []).map(Number), 255]));
    pixels = new Uint32Array(bytes.buffer);
    packed.set(colors, pixels);
  }
  return pixels;
}

const packed = new WeakMap<ColorTable, Uint32Array>();
