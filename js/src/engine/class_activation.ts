// Class activation maps, as cam1d_widget/attribution/methods defines them.

/** A map of features (step, filter), and the gradient of the score with respect to it. */
export interface Featured {
  features: Float32Array;
  gradients: Float32Array;
  steps: number;
  filters: number;
}

type Weigh = (featured: Featured) => (step: number, filter: number) => number;

/** Sum over the steps of each filter. */
function sums({ steps, filters }: Featured, value: (place: number) => number): Float64Array {
  const totals = new Float64Array(filters);
  for (let place = 0; place < steps * filters; place++) {
    totals[place % filters] += value(place);
  }
  return totals;
}

/** Weight of each feature, by the label of the method. */
export const CLASS_ACTIVATION: Record<string, Weigh> = {
  HiResCAM:
    ({ gradients, filters }) =>
    (step, filter) =>
      gradients[step * filters + filter],
  LayerCAM:
    ({ gradients, filters }) =>
    (step, filter) =>
      Math.max(gradients[step * filters + filter], 0),
  "Grad-CAM": (featured) => {
    const totals = sums(featured, (place) => featured.gradients[place]);
    return (_, filter) => totals[filter] / featured.steps;
  },
  CAM: (featured) => {
    const totals = sums(featured, (place) => featured.gradients[place]);
    return (_, filter) => totals[filter];
  },
  "XGrad-CAM": (featured) => {
    const { features, gradients } = featured;
    const totals = sums(featured, (place) => features[place]);
    const products = sums(featured, (place) => features[place] * gradients[place]);
    return (_, filter) => (totals[filter] === 0 ? 0 : products[filter] / totals[filter]);
  },
  "Grad-CAM++": (featured) => {
    const { features, gradients, filters } = featured;
    const totals = sums(featured, (place) => features[place]);
    const weights = sums(featured, (place) => {
      const positive = Math.max(gradients[place], 0);
      const below = 2 + positive * totals[place % filters];
      return below === 0 ? 0 : positive / below;
    });
    return (_, filter) => weights[filter];
  },
};

/** Map (step) of a method: features times weights, added up over filters. */
export function classActivation(label: string, featured: Featured): Float32Array {
  const weight = CLASS_ACTIVATION[label](featured);
  const { features, steps, filters } = featured;
  return Float32Array.from({ length: steps }, (_, step) => {
    let sum = 0;
    for (let filter = 0; filter < filters; filter++) {
      sum += features[step * filters + filter] * weight(step, filter);
    }
    return sum;
  });
}
