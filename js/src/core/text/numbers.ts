/** Formats a number with three significant digits and a minus sign; with an exponent only if needed. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) {
    return "–";
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 10 ** Math.max(5, digits + 1))) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    return `${mantissa}e${exponent.replace("+", "")}`.replace(/-/g, "−");
  }
  const decimals = size === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals).replace("-", "−");
}

/** Formats the ends of a range, with as many digits as its width needs if those are short. */
export function formatEnds(low: number, high: number, digits = 3): [string, string] {
  for (let more = digits; more <= 7; more++) {
    const [first, last] = [formatNumber(low, more), formatNumber(high, more)];
    const width = Number(last.replace(/−/g, "-")) - Number(first.replace(/−/g, "-"));
    if (Math.abs(width - (high - low)) <= 0.1 * (high - low) && Math.max(first.length, last.length) <= 8) {
      return [first, last];
    }
  }
  return [formatNumber(low, digits), formatNumber(high, digits)];
}

export function formatSigned(value: number): string {
  return value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
}

export function formatTime(sample: number, rate: number | null): string {
  return rate === null ? `sample ${sample}` : `${(sample / rate).toFixed(rate > 1000 ? 4 : rate > 100 ? 3 : 2)} s`;
}

export const formatPercent = (share: number): string =>
  share > 0.999 && share < 1 ? "> 99.9 %" : share > 0 && share < 0.001 ? "< 0.1 %" : `${(100 * share).toFixed(1)} %`;

/** Format of a class's probability, or of its score. */
export const scoreFormat = (probable: boolean): ((value: number) => string) =>
  probable ? formatPercent : (score) => formatNumber(score);

/** About how long something takes. */
export const duration = (seconds: number): string =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;

/** A number with its noun, which is singular for 1 alone. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
