// Import rules of src/, type-only imports included. A folder imports from itself and from those before it in this list.
const LAYERS = [
  "src/version\\.ts$",
  "src/core/tiles/",
  "src/core/samples/",
  "src/core/picture/",
  "src/core/edit/",
  "src/core/text/",
  "src/core/draw/",
  "src/engine/",
  "src/dom/",
  "src/synced/",
  "src/mark/gestures/",
  "src/mark/[^/]+$",
  "src/panel/[^/]+$",
  "src/panel/(checks|inside)/",
  "src/panel/toolbar/",
  "src/(lab|page)/",
  "src/(index|plugin)\\.ts$",
];

const upward = LAYERS.slice(0, -1).map((layer, place) => ({
  name: `upward-from-${layer
    .replace(/\\.ts\$|\[.*|\/$/g, "")
    .replace(/^src\//, "")
    .replace(/\/$/, "")}`,
  severity: "error",
  from: { path: `^${layer}` },
  to: { path: LAYERS.slice(place + 1).map((higher) => `^${higher}`) },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    { name: "cycle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "outside-of-layers",
      severity: "error",
      from: { path: "^src/", pathNot: LAYERS.map((layer) => `^${layer}`) },
      to: {},
    },
    { name: "unresolved", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^bqplot$" } },
    ...upward,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};
