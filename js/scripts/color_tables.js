// Makes src/core/draw/color_tables.json and its copy for Python: 256 colors a table, in Lab, so that equal steps look equal.
import { writeFileSync } from "node:fs";
import { hcl, lab, rgb } from "d3-color";
import { interpolateHcl, interpolateLab, piecewise } from "d3-interpolate";

const round = (color) => {
  const { r, g, b } = rgb(color).clamp();
  return [Math.round(r), Math.round(g), Math.round(b)];
};

// Entries 127 and 128 both are the neutral color: the table is symmetric, and zero lies between them.
const diverging = (negative, neutral, positive) =>
  Array.from({ length: 256 }, (_, k) => {
    const share = (Math.abs(k - 127.5) - 0.5) / 127;
    const arm = k < 128 ? negative : positive;
    return round(piecewise(interpolateLab, [neutral, ...arm])(share));
  });

const sequential = (...stops) => {
  const ramp = piecewise(interpolateHcl, stops);
  return Array.from({ length: 256 }, (_, k) => round(ramp(k / 255)));
};

// Blue and orange stay apart for every common color deficiency; both arms end at about the same lightness.
const tables = {
  signed: diverging([lab(76, -10, -24), lab(50, -4, -48)], lab(97.5, 0, 0), [lab(80, 16, 38), lab(60, 38, 66)]),
  signed_dark: diverging([lab(36, -4, -26), lab(64, -12, -44)], lab(14, 0, 0), [lab(40, 20, 40), lab(72, 30, 68)]),
  unsigned: sequential(hcl(320, 2, 97.5), hcl(318, 30, 76), hcl(312, 58, 46)),
  unsigned_dark: sequential(hcl(318, 2, 14), hcl(318, 38, 40), hcl(326, 48, 76)),
};

const lines = Object.entries(tables).map(([name, table]) => `  "${name}": ${JSON.stringify(table)}`);
for (const path of ["../src/core/draw/color_tables.json", "../../cam1d_widget/explanation/color_tables.json"]) {
  writeFileSync(new URL(path, import.meta.url), `{\n${lines.join(",\n")}\n}\n`);
}
