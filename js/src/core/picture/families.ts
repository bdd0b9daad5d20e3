import type { MethodFacts } from "./facts.js";

/** Methods that follow each other in the menu and are of one family. */
interface Family {
  readonly family: string;
  readonly places: number[];
}

/** Methods grouped by family without a change of their order, which is that of the slider. */
export function familiesOf(methods: readonly Pick<MethodFacts, "family">[]): Family[] {
  const groups: Family[] = [];
  methods.forEach(({ family }, place) => {
    const last = groups[groups.length - 1];
    if (last?.family === family) {
      last.places.push(place);
    } else {
      groups.push({ family, places: [place] });
    }
  });
  return groups;
}

/** Seconds above which the menu shows the time of a map. */
const LONG = 1;

/** Entry of a method in the menu: label, exactness, and the time of a map if it is long. */
export function methodText({ label, exactness, seconds }: MethodFacts, hasKernel: boolean): string {
  const time = hasKernel && seconds >= LONG ? [`about ${Math.round(seconds)} s`] : [];
  return [label, exactness, ...time].join(" · ");
}
