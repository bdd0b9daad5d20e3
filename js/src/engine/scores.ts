// From what a network returns to scores and probabilities, as cam1d_widget/frameworks/network.py defines them.

/** How the values of a network are read. */
export interface Reading {
  link: "softmax" | "sigmoid" | "odds" | "unit odds" | null;
  /** Whether one unit distinguishes two classes. */
  two_sided: boolean;
  explains: "logits" | "probabilities";
}

/** Smallest positive normal number of float32, which Python adds before logarithms. */
const TINY = 1.1754943508222875e-38;

/** Scores of all classes from the units of a network, for one series. */
export function scoresOf(units: ArrayLike<number>, reading: Reading): number[] {
  const logits = logitsOf(units, reading);
  return reading.explains === "probabilities" ? linked(logits, reading) : logits;
}

/** Probabilities of all classes; null if there are none. */
export function probabilitiesOf(scores: number[], reading: Reading): number[] | null {
  if (reading.link === null) {
    return null;
  }
  return reading.explains === "probabilities" ? scores : linked(scores, reading);
}

/** Derivative of the score of a class by each unit of the network. */
export function slopesOf(units: ArrayLike<number>, target: number, reading: Reading): Float32Array {
  const logits = logitsOf(units, reading);
  const byLogit = logits.map((_, one) => Number(one === target));
  if (reading.explains === "probabilities") {
    const shares = linked(logits, reading);
    const share = shares[target];
    const own = (one: number) => Number(one === target);
    const slopes = shares.map((other, one) =>
      reading.link === "softmax" || reading.link === "odds"
        ? share * (own(one) - other)
        : own(one) * share * (1 - share),
    );
    byLogit.splice(0, byLogit.length, ...(reading.link === null ? byLogit : slopes));
  }
  const byUnit = reading.two_sided ? [byLogit[1] - byLogit[0]] : byLogit;
  return Float32Array.from(throughOdds(units, byUnit, reading));
}

function logitsOf(units: ArrayLike<number>, { link, two_sided }: Reading): number[] {
  const values = Array.from(units);
  const total = values.reduce((sum, one) => sum + one, 0);
  const odds = (share: number, others: number) => Math.log(share + TINY) - Math.log(others + TINY);
  const logits =
    link === "odds"
      ? values.map((share) => odds(share, total - share))
      : link === "unit odds"
        ? values.map((share) => odds(share, 1 - share))
        : values;
  return two_sided ? [-logits[0], logits[0]] : logits;
}

/** Slopes by the shares that log-odds were computed from. */
function throughOdds(units: ArrayLike<number>, byLogit: number[], { link }: Reading): number[] {
  const shares = Array.from(units);
  if (link === "unit odds") {
    return byLogit.map((slope, one) => slope * (1 / (shares[one] + TINY) + 1 / (1 - shares[one] + TINY)));
  }
  if (link !== "odds") {
    return byLogit;
  }
  const total = shares.reduce((sum, one) => sum + one, 0);
  return shares.map((share, one) =>
    byLogit.reduce(
      (sum, slope, other) => sum + slope * (other === one ? 1 / (share + TINY) : -1 / (total - shares[other] + TINY)),
      0,
    ),
  );
}

function linked(logits: number[], { link }: Reading): number[] {
  if (link === null) {
    return logits;
  }
  if (link === "softmax") {
    const most = Math.max(...logits);
    const powers = logits.map((one) => Math.exp(one - most));
    const total = powers.reduce((sum, one) => sum + one, 0);
    return powers.map((one) => one / total);
  }
  return logits.map((one) => 1 / (1 + Math.exp(-one)));
}
