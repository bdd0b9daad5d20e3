// Checks of a map by a few hundred scores, as cam1d_widget/attribution/checks defines them: whether the map adds up, finds
// what the score needs, and changes with the class. The others need the kernel: they randomize weights, or compare methods.

import type { Finding, NetworkFinding } from "../core/picture/checks.js";
import { argmax, type MethodFacts } from "../core/picture/facts.js";
import type { JobResult } from "../core/picture/job_results.js";
import { meanOf, quantileOf, rankCorrelation } from "../core/samples/ranks.js";
import type { PageMap, PageModel } from "./page_model.js";

/** What a check states about a method and a network; from Python. */
export interface CheckedFacts {
  readonly method: MethodFacts;
  readonly tolerance: number;
  /** Name of the replacement value, and the phrase that completes "replaced by". */
  readonly fill: string;
  readonly filledBy: string;
}

interface Curves {
  readonly measure: "probability" | "score";
  readonly map: number[];
  readonly random: number[][];
}

// As in cam1d_widget/attribution/checks/thresholds.py.
const [ORDERS, STEPS, SEGMENTS, CLASSES] = [20, 20, 30, 8];
const [RANDOM_SHARE, CHANGES, SIMILAR_FOR_ANOTHER_CLASS] = [0.05, 0.01, 0.5];
/** Share of the work after which the classes are compared. */
const CURVES = 0.3;

/** Check the map of a method: yields the completed share, and returns what the panel draws. */
export function* checksOfMap(
  model: PageModel,
  series: Float32Array,
  target: number,
  { method, tolerance, fill, filledBy }: CheckedFacts,
): Generator<number, JobResult> {
  const { label } = method;
  const whole = model.scores(series);
  const map = (yield* model.maps(label, series, target)).get(target)!;
  const ordered = map.data.some((value) => value !== map.data[0]);
  const byProbability = whole.probabilities !== null && argmax(whole.scores) === target;
  let curves = yield* curvesOf(model, series, target, map, byProbability ? "probability" : "score");
  const values = [curves.map, ...curves.random].flat();
  if (byProbability && Math.max(...values) - Math.min(...values) <= CHANGES) {
    curves = yield* curvesOf(model, series, target, map, "score");
  }
  const specific = ordered ? yield* classOf(model, label, series, target, whole.scores, map) : NO_ORDER;
  const findings = [sumOf(method, map, tolerance), deletionOf(curves, ordered, filledBy), ...NOT_HERE, specific];
  const network = model.networkFinding!;
  const fractions = Array.from({ length: STEPS + 1 }, (_, step) => step / STEPS);
  const byStep = fractions.map((_, step) => curves.random.map((curve) => curve[step]));
  const row = (values: number[], ...shape: number[]) => ({ values: Float32Array.from(values), shape });
  return {
    content: {
      fills: [{ fill, ...verdictOf(findings, network), findings: [...findings, network] }],
      measure: curves.measure,
      agreement: {},
    },
    arrays: {
      fractions: row(fractions, STEPS + 1),
      curves: row(curves.map, 1, STEPS + 1),
      random: row(byStep.map(meanOf), 1, STEPS + 1),
      band: row(
        [0.05, 0.95].flatMap((share) => byStep.map((one) => quantileOf(one, share))),
        1,
        2,
        STEPS + 1,
      ),
    },
  };
}

type Found = Finding & { readonly fault?: string };

const NOT_HERE: Found[] = [
  { name: "Randomization", passed: null, text: "Randomized weights need Python: call check(model, x, …)." },
  { name: "Agreement", passed: null, text: "Methods of all families need Python: call check(model, x, …)." },
];

const NO_ORDER: Found = { name: "Class", passed: null, text: "There is no order to compare." };

function sumOf({ label, exactness, adds_up }: MethodFacts, { gap }: PageMap, tolerance: number): Found {
  const name = "Sum";
  if (exactness === "approximate" || gap === null) {
    const text = `${label} promises no sum for this network: its values are not shares of the score.`;
    return { name, passed: null, text };
  }
  const percent = gap < 1e-4 ? gap.toExponential(1) : `${(100 * gap).toFixed(2)}%`;
  return gap > tolerance
    ? {
        name,
        passed: false,
        text: `The values should ${adds_up}, but miss ${percent} of it; the map is approximate.`,
        fault: "does not add up to the score",
      }
    : { name, passed: true, text: `The values ${adds_up}, and miss ${percent} of it; the map is ${exactness}.` };
}

function deletionOf({ measure, map, random }: Curves, ordered: boolean, filledBy: string): Found {
  const name = "Deletion";
  if (!ordered) {
    const text = "The map has the same value everywhere: it orders nothing.";
    return { name, passed: false, text, fault: "is the same everywhere" };
  }
  const [area, ...areas] = [map, ...random].map(areaOf);
  const share = areas.filter((one) => one <= area).length / areas.length;
  const text =
    `When the segments with the largest values are replaced first, by ${filledBy}, the area under the class' ` +
    `${measure} is ${figureText(area)}; in random orders it is ${figureText(meanOf(areas))}, and ` +
    `${Math.round(100 * share)} % of them are as good.`;
  return share <= RANDOM_SHARE
    ? { name, passed: true, text }
    : { name, passed: false, text, fault: "finds what the score needs no better than chance" };
}

/** Whether the map is different for another class. */
function* classOf(
  model: PageModel,
  label: string,
  series: Float32Array,
  target: number,
  scores: number[],
  { data }: PageMap,
): Generator<number, Found> {
  const name = "Class";
  const others = scores
    .map((_, one) => one)
    .filter((one) => one !== target)
    .sort((one, other) => scores[other] - scores[one] || one - other)
    .slice(0, CLASSES);
  if (others.length === 0) {
    return { name, passed: null, text: "There is no other class." };
  }
  const similar: number[] = [];
  for (const [place, other] of others.entries()) {
    yield CURVES + ((1 - CURVES) * place) / others.length;
    const maps = yield* share(model.maps(label, series, other), CURVES + ((1 - CURVES) * place) / others.length);
    similar.push(rankCorrelation(data, maps.get(other)!.data));
  }
  const among = others.length > 1 ? `those of ${others.length} other classes` : "that of the other class";
  const text = `The map's rank correlation with ${among} is ${figureText(meanOf(similar))}.`;
  return meanOf(similar) < SIMILAR_FOR_ANOTHER_CLASS
    ? { name, passed: true, text }
    : { name, passed: false, text, fault: "is not specific to the class" };
}

/** A part of the work, during which the completed share stays the same. */
function* share<T>(work: Generator<number, T>, done: number): Generator<number, T> {
  let step = work.next();
  while (!step.done) {
    yield done;
    step = work.next();
  }
  return step.value;
}

/** Score of the class while segments are replaced, in the order of the map and in random orders. */
function* curvesOf(
  model: PageModel,
  series: Float32Array,
  target: number,
  map: PageMap,
  measure: Curves["measure"],
): Generator<number, Curves> {
  const segments = segmentsOf(series, map, model.baseline.length);
  const places = [...segments.keys()];
  const channels = model.baseline.length;
  const valueAt = (place: number) => map.data[map.data.length === series.length ? place : Math.floor(place / channels)];
  const worth = segments.map((samples) => meanOf(samples.map(valueAt)));
  const random = generator();
  const byWorth = shuffled(places, random).sort((one, other) => worth[other] - worth[one]);
  const orders = [byWorth, ...Array.from({ length: ORDERS }, () => shuffled(places, random))];
  const curves: number[][] = [];
  for (const [number, order] of orders.entries()) {
    yield (CURVES * number) / orders.length;
    const replaced = new Float32Array((STEPS + 1) * series.length);
    for (let step = 0; step <= STEPS; step++) {
      const at = step * series.length;
      replaced.set(series, at);
      order.slice(0, halfToEven((step / STEPS) * order.length)).forEach((segment) => {
        segments[segment].forEach((place) => {
          replaced[at + place] = model.baseline[place % channels];
        });
      });
    }
    const found = model.scoresOfMany(replaced, STEPS + 1);
    curves.push(found.map((scores) => (measure === "score" ? scores : model.probabilities(scores)!)[target]));
  }
  const [ofMap, ...ofRandom] = curves;
  return { measure, map: ofMap, random: ofRandom };
}

/** Samples of each segment, as places in a series: windows of all channels, or of a channel if the map tells them apart. */
function segmentsOf(series: Float32Array, map: PageMap, channels: number): number[][] {
  const time = series.length / channels;
  const window = Math.max(1, Math.floor(time / SEGMENTS));
  const together = map.data.length !== series.length;
  const segments: number[][] = [];
  series.forEach((_, place) => {
    const at = Math.floor(Math.floor(place / channels) / window);
    const segment = together ? at : at * channels + (place % channels);
    segments[segment] ??= [];
    segments[segment].push(place);
  });
  return segments;
}

/** Area under a curve, as part of the whole, by the trapezoidal rule. */
const areaOf = (curve: number[]): number => meanOf(curve.slice(1).map((value, place) => (value + curve[place]) / 2));

/** The nearest whole number; the even one of two, as numpy rounds. */
function halfToEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}

/** Random numbers from 0 to 1, the same for every check: a linear congruential generator. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled(values: number[], random: () => number): number[] {
  const made = [...values];
  for (let place = made.length - 1; place > 0; place--) {
    const other = Math.floor(random() * (place + 1));
    [made[place], made[other]] = [made[other], made[place]];
  }
  return made;
}

/** Grade of the map and a summary, as cam1d_widget/attribution/checks/report.py says it. */
function verdictOf(findings: Found[], network: NetworkFinding): { verdict: string; level: string } {
  const completed = findings.filter(({ passed }) => passed !== null).length;
  const passed = findings.filter((one) => one.passed).length;
  const faults = findings.map(({ passed, fault }) => (passed === false ? `; it ${fault}` : "")).join("");
  const own = `${passedText(completed, passed)}${faults}.`;
  if (network.passed === false) {
    return { level: "void", verdict: `Do not trust this map: ${network.fault}. Apart from that, ${own}` };
  }
  const doubtful = completed === 0 || passed < completed;
  if (network.passed) {
    return { level: doubtful ? "doubtful" : "sound", verdict: capitalized(own) };
  }
  const words = doubtful ? capitalized(own) : `Of unknown quality: ${own}`;
  return { level: doubtful ? "doubtful" : "unknown quality", verdict: `${words} ${network.text}` };
}

function passedText(completed: number, passed: number): string {
  if (completed === 0) {
    return "no check of this map could be run";
  }
  if (completed === 1) {
    return `this map ${passed ? "passes" : "fails"} the one check that could be run`;
  }
  const share = passed === completed ? "all" : `${passed || "none"} of`;
  return `this map passes ${share} ${completed} checks`;
}

const capitalized = (text: string): string => text[0].toUpperCase() + text.slice(1);

/** A number as Python's panel writes it: two digits, with a typographic minus. */
const figureText = (value: number): string => value.toFixed(2).replace("-", "\u2212");
