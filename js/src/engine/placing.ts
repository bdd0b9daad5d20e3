// Where the steps of a map are drawn, as cam1d_widget/attribution/receptive_field.py computes it.

export interface Placing {
  /** First step, and number of steps, at each position. */
  first: number[];
  count: number[];
  /** For each sample, the positions before and after it, and its relative distance from the former. */
  left: number[];
  right: number[];
  share: number[];
}

/** A map on the time axis: linear between the positions of its steps, constant beyond the first and last. */
export function placed(map: ArrayLike<number>, { first, count, left, right, share }: Placing): Float32Array {
  const values = first.map((step, place) => {
    let sum = 0;
    for (let one = step; one < step + count[place]; one++) {
      sum += map[one];
    }
    return sum / count[place];
  });
  return Float32Array.from(left, (place, sample) => {
    const before = values[place];
    return before + share[sample] * (values[right[sample]] - before);
  });
}
