/**
 * For pages: clients over `ws:` and `wss:`, and the decorators of contracts that devices and pages share.
 *
 * @module rigwire/browser
 */

import "./transport/stream/browser/register";
import * as errors from "./errors";

export * from "./contracts-and-clients";

nameErrors();

/** Minifiers shorten the names of classes; people read those of errors, and programs compare them. */
function nameErrors(): void {
  for (const [name, value] of Object.entries(errors)) {
    const isError = typeof value === "function" && value.prototype instanceof errors.RigwireError;
    if (isError) Object.defineProperty(value, "name", { value: name });
  }
}
