/**
 * The layers of the house, highest first. A folder imports only what stands below it.
 */
const LAYERS = [
  "cli",
  "di",
  "bridge",
  "gateway",
  "experiments",
  "rpyc",
  "advertisement",
  "registry",
  "mdns",
  "fleet",
  "discovery",
  "telemetry",
  "client",
  "server",
  "transport",
  "settings",
  "wire",
  "contract",
  "nats",
  "security",
  "address",
  "log",
  "time",
  "collections",
  "platform",
];

/** Ways to be found and to work together: each stands alone, and `di` brings them together. */
const APART = ["registry", "rpyc", "advertisement", "mdns", "experiments", "fleet"];

const apartRules = APART.map((folder) => ({
  name: `${folder}-stands-alone`,
  severity: "error",
  from: { path: `^lib/${folder}/` },
  to: { path: `^lib/(${APART.filter((other) => other !== folder).join("|")})/` },
}));

/** Files directly in lib/ that users import, or what several of those export: they bring the layers together. */
const ENTRY = "lib/(index|testing|opentelemetry|contracts-and-clients|browser(-class-transformer)?)\\.ts";
const ENTRIES = `^${ENTRY}$`;

/** Written as users write theirs, with decorators. */
const CONTRACTS = "^lib/gateway/gateway-contract\\.ts$";

const layerRules = LAYERS.map((layer, depth) => ({
  name: `layer-${layer}`,
  comment: `lib/${layer} imports only what stands below it`,
  severity: "error",
  from: { path: `^lib/${layer}/`, pathNot: CONTRACTS },
  to: {
    path: `^(decorators/|${ENTRY}|lib/(${[...LAYERS.slice(0, depth), "-"].join("|")})/)`,
  },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    ...apartRules,
    {
      name: "peers-of-the-core-stand-apart",
      comment: "a client needs no server and a server no client",
      severity: "error",
      from: { path: "^lib/client/" },
      to: { path: "^lib/server/" },
    },
    {
      name: "foundations-import-no-layer",
      comment: "files directly in lib/ are below every folder but the platform's",
      severity: "error",
      from: { path: "^lib/[^/]+\\.ts$", pathNot: ENTRIES },
      to: { path: `^(decorators/|lib/(${LAYERS.filter((layer) => layer !== "platform").join("|")})/)` },
    },
    {
      name: "decorators-only-record",
      comment: "a decorator knows the contract and nothing else",
      severity: "error",
      from: { path: "^decorators/" },
      to: { path: "^lib/", pathNot: "^lib/(contract/|errors\\.ts)" },
    },
    {
      name: "sockets-of-zeromq-in-one-place",
      severity: "error",
      from: { path: "^lib/", pathNot: "^lib/transport/zeromq/" },
      to: { path: "node_modules/zeromq" },
    },
    {
      name: "nats-in-one-place",
      comment: "it is an optional peer",
      severity: "error",
      from: { path: "^lib/", pathNot: "^lib/nats/" },
      to: { path: "node_modules/@nats-io" },
    },
    {
      name: "opentelemetry-in-one-place",
      comment: "it is an optional peer, and loads only for who asks for it",
      severity: "error",
      from: { path: "^lib/", pathNot: "^lib/telemetry/" },
      to: { path: "node_modules/@opentelemetry" },
    },
    {
      name: "metadata-in-one-place",
      severity: "error",
      from: { path: "^(lib|decorators)/", pathNot: "^lib/(contract/|index\\.ts)" },
      to: { path: "node_modules/reflect-metadata" },
    },
    {
      name: "core-runs-in-browsers",
      comment: "what a browser loads imports nothing of Node; tsconfig.portable.json holds the rest",
      severity: "error",
      from: {
        path: "^(decorators/|lib/(client|contract|discovery|time|collections|wire|transport/stream/browser)/|lib/(address|transport|transport/stream)/[^/]+\\.ts$|lib/(errors|thrown|browser(-class-transformer)?|contracts-and-clients|gateway/gateway-contract)\\.ts)",
      },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "pages-load-no-road-of-node",
      comment: "what a page's bundle begins with leads to nothing that a browser has not",
      severity: "error",
      from: { path: "^lib/browser(-class-transformer)?\\.ts$" },
      to: {
        path: "^(node_modules/(ws|zeromq|pino|commander|tsyringe)/|lib/(cli|server|platform/node\\.ts|transport/(zeromq|stream/(unix|websocket)))(/|$))",
        reachable: true,
      },
    },
    {
      name: "transports-stand-apart",
      comment: "what is above a transport does not know which one it is; the gateway is a web server",
      severity: "error",
      from: {
        path: "^lib/",
        pathNot: ["^lib/transport/[^/]+/", "^lib/gateway/", ENTRIES, "^lib/cli/main\\.ts$"],
      },
      to: { path: "^lib/transport/[^/]+/" },
    },
    {
      name: "console-is-a-page",
      comment: "the console's page uses what any page can, and knows the gateway by its contract",
      severity: "error",
      from: { path: "^lib/console/" },
      to: {
        path: "^(decorators|lib)/",
        pathNot: "^lib/(console/|browser\\.ts$|gateway/gateway-contract\\.ts$)",
      },
    },
    {
      name: "nothing-imports-the-console",
      comment: "it is built into files of its own",
      severity: "error",
      from: { path: "^(decorators|lib|samples)/", pathNot: "^lib/console/" },
      to: { path: "^lib/console/" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "samples-use-the-package",
      comment: "a sample imports what a user can import",
      severity: "error",
      from: { path: "^samples/" },
      to: { path: "^(decorators|lib)/", pathNot: ENTRIES },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
