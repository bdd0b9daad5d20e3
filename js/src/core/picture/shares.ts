/** Share of each channel in the sum of |value|; null for a map without channels. */
export function channelShares(values: Float32Array, channels: number): number[] | null {
  if (channels < 2) {
    return null;
  }
  const sums = new Float64Array(channels);
  for (let place = 0; place < values.length; place++) {
    // NaN has no share.
    sums[place % channels] += Math.abs(values[place]) || 0;
  }
  const total = sums.reduce((sum, one) => sum + one, 0);
  return Array.from(sums, (sum) => (total > 0 ? sum / total : 0));
}

/** Channels other than the `count` of largest share. */
export function allButTop(count: number, shares: number[]): number[] {
  const order = byShare([...shares.keys()], shares);
  return order.slice(count).sort((one, other) => one - other);
}

/** Channels in descending order of their shares; unchanged without shares. */
export function byShare(channels: number[], shares: number[] | null): number[] {
  return shares ? [...channels].sort((one, other) => shares[other] - shares[one] || one - other) : channels;
}
