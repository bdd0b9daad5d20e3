/** Means, quantiles and rank correlations. */

export const meanOf = (values: ArrayLike<number>): number => sumOf(values) / values.length;

/** Quantile between the two nearest values, as numpy interpolates. */
export function quantileOf(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)];
  return sorted[below] + (at - below) * (next - sorted[below]);
}

/** Spearman's correlation; 0 if one side is constant, 1 if both are. */
export function rankCorrelation(one: ArrayLike<number>, other: ArrayLike<number>): number {
  const [first, second] = [one, other].map((values) => centered(averageRanks(values)));
  const [norm, otherNorm] = [first, second].map((ranks) => Math.sqrt(sumOf(ranks.map((rank) => rank ** 2))));
  if (norm === 0 || otherNorm === 0) {
    return Number(norm === otherNorm);
  }
  return sumOf(first.map((rank, place) => rank * second[place])) / (norm * otherNorm);
}

/** Rank of each value, from 0; those that are the same share the mean of theirs. */
function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, place) => place).sort((one, other) => values[one] - values[other]);
  const ranks = new Float64Array(values.length);
  for (let begun = 0; begun < order.length; ) {
    let stop = begun + 1;
    while (stop < order.length && values[order[stop]] === values[order[begun]]) {
      stop++;
    }
    for (const place of order.slice(begun, stop)) {
      ranks[place] = (begun + stop - 1) / 2;
    }
    begun = stop;
  }
  return ranks;
}

function centered(values: Float64Array): Float64Array {
  const mean = meanOf(values);
  return values.map((value) => value - mean);
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let place = 0; place < values.length; place++) {
    sum += values[place];
  }
  return sum;
}
