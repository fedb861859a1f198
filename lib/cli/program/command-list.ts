import { type Command } from "commander";
import { type Session } from "./session";

/** A command as `rigwire --help` tells it; all else about it loads when it is used. */
export interface CommandEntry {
  readonly name: string;
  /** What follows the name. */
  readonly usage: string;
  readonly summary: string;
  load(session: Session): Promise<Command>;
}

/** In the order in which a newcomer needs them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "devices",
    usage: "[options]",
    summary: "what is there: name, type, address, alive, round-trip time",
    load: async (session) => (await import("../commands/devices.js")).devicesCommand(session),
  },
  {
    name: "inspect",
    usage: "DEVICE",
    summary: "what a device can do: its methods, properties and signals",
    load: async (session) => (await import("../commands/inspect.js")).inspectCommand(session),
  },
  {
    name: "call",
    usage: "DEVICE METHOD [ARG...]",
    summary: "calls a method; bytes go to a file",
    load: async (session) => (await import("../commands/call.js")).callCommand(session),
  },
  {
    name: "get",
    usage: "DEVICE [PROPERTY...]",
    summary: "reads properties",
    load: async (session) => (await import("../commands/get.js")).getCommand(session),
  },
  {
    name: "set",
    usage: "DEVICE PROPERTY VALUE",
    summary: "sets a property",
    load: async (session) => (await import("../commands/set.js")).setCommand(session),
  },
  {
    name: "settings",
    usage: "DEVICE save|diff|apply FILE",
    summary: "all properties that can be set, to a file and back",
    load: async (session) => (await import("../commands/settings.js")).settingsCommand(session),
  },
  {
    name: "watch",
    usage: "DEVICE [SIGNAL...]",
    summary: "signals as they come",
    load: async (session) => (await import("../commands/watch.js")).watchCommand(session),
  },
  {
    name: "stream",
    usage: "DEVICE METHOD [ARG...]",
    summary: "the items of a stream method, at the pace at which they are printed",
    load: async (session) => (await import("../commands/stream.js")).streamCommand(session),
  },
  {
    name: "types",
    usage: "DEVICE",
    summary: "a contract for TypeScript and other programs: a class, JSON Schema and more",
    load: async (session) => (await import("../commands/types.js")).typesCommand(session),
  },
  {
    name: "diff",
    usage: "A B",
    summary: "what differs between two contracts, and whom it breaks",
    load: async (session) => (await import("../commands/diff.js")).diffCommand(session),
  },
  {
    name: "serve",
    usage: "FILE[#CLASS]",
    summary: "serves a decorated class",
    load: async (session) => (await import("../commands/serve.js")).serveCommand(session),
  },
  {
    name: "registry",
    usage: "[options]",
    summary: "runs a device registry",
    load: async (session) => (await import("../commands/registry.js")).registryCommand(session),
  },
  {
    name: "console",
    usage: "[options]",
    summary: "shows all devices in a browser: values, plots, pictures, methods",
    load: async (session) => (await import("../commands/console.js")).consoleCommand(session),
  },
  {
    name: "experiment",
    usage: "server|client URI",
    summary: "listens for messages of experiments, or sends one",
    load: async (session) => (await import("../commands/experiment.js")).experimentCommand(session),
  },
  {
    name: "keygen",
    usage: "[PATH]",
    summary: "makes a pair of keys, so that strangers are kept out",
    load: async (session) => (await import("../commands/keygen.js")).keygenCommand(session),
  },
  {
    name: "ping",
    usage: "DEVICE",
    summary: "round-trip times",
    load: async (session) => (await import("../commands/ping.js")).pingCommand(session),
  },
  {
    name: "stats",
    usage: "DEVICE",
    summary: "what a device counted: calls, failures, how long they took, signals, its process",
    load: async (session) => (await import("../commands/stats.js")).statsCommand(session),
  },
  {
    name: "doctor",
    usage: "[options]",
    summary: "what would keep devices from working here, and the cure",
    load: async (session) => (await import("../commands/doctor.js")).doctorCommand(session),
  },
  {
    name: "completion",
    usage: "bash|zsh|fish",
    summary: "a script that lets the shell complete commands, devices and members",
    load: async (session) => (await import("../commands/completion.js")).completionCommand(session),
  },
];
