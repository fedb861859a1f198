import type * as Pino from "pino";
import { useDefaultLogger } from "./logger";

/** JSON lines on stderr. Loaded when first asked for: whoever brings a logger of their own does not pay for it. */
useDefaultLogger(() => {
  const { pino, destination } = require("pino") as typeof Pino;
  const level = process.env.RIGWIRE_LOG ?? "warn";
  return pino({ name: "rigwire", level }, destination({ dest: 2, sync: true }));
});
