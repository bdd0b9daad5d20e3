/** Hidden channels, in ascending order. */
type Hidden = readonly number[];

/** A visible channel hidden, or a hidden one shown. */
export const toggled = (hidden: Hidden, channel: number): number[] =>
  hidden.includes(channel)
    ? hidden.filter((other) => other !== channel)
    : [...hidden, channel].sort((one, other) => one - other);

/** All channels but one hidden; all shown if it was alone. */
export function alone(hidden: Hidden, channel: number, count: number): number[] {
  const others = all(count).filter((other) => other !== channel);
  return hidden.length === count - 1 && !hidden.includes(channel) ? [] : others;
}

export const all = (count: number): number[] => Array.from({ length: count }, (_, channel) => channel);
