/**
 * For pages: clients over `ws:` and `wss:`, and the decorators of contracts that devices and pages share.
 *
 * @module rigwire/browser
 */

import * as errors from "./errors";
import { pageTransport } from "./transport/stream/browser/page-transport";
import { registerTransport } from "./transport/transports";

export * from "./contracts-and-clients";

registerTransport(pageTransport);
nameErrors();

/** Minifiers shorten the names of classes; people read those of errors, and programs compare them. */
function nameErrors(): void {
  for (const [name, value] of Object.entries(errors)) {
    const isError = typeof value === "function" && value.prototype instanceof errors.RigwireError;
    if (isError) Object.defineProperty(value, "name", { value: name });
  }
}
