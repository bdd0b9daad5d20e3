/** A tile of these values, of shape (time, channel). */
export function tileOf(values, channels = 1, key = "attribution/0/0/0") {
  const numbers = Float32Array.from(values);
  return {
    key,
    values: numbers,
    samples: numbers.length / channels,
    channels,
    gap: null,
    error: null,
    spread: null,
    mean: null,
  };
}

/** A tile of ones, of one channel. */
export const tile = (key, length = 10) => tileOf(new Float32Array(length).fill(1), 1, key);
