import { isUtf8 } from "node:buffer";
import { hostname } from "node:os";
import { sep } from "node:path";
import { inspect, isDeepStrictEqual, types } from "node:util";
import { usePlatform } from "./current";
import { memory } from "./large-memory";
import { type Platform } from "./platform";

/** Node, by its own means where they are quicker or know more than the portable ones. */
export const node: Platform = {
  inspect: (value) => inspect(value, { breakLength: Infinity }),
  isError: (value): value is Error => value instanceof Error || types.isNativeError(value),
  deepEqual: isDeepStrictEqual,
  unref: (timer) => void timer.unref(),
  endOfTurn,
  nextTurn: (callback) => void setImmediate(callback),
  memory,
  byteLength: (text) => Buffer.byteLength(text),
  textOf: (bytes) => (isUtf8(bytes) ? bufferOf(bytes).toString() : undefined),
  bytesOf: bufferOf,
  load(module) {
    switch (module) {
      case "class-validator":
        return require("class-validator") as unknown;
      case "class-transformer":
        return require("class-transformer") as unknown;
      case "class-transformer/cjs/storage":
        return require("class-transformer/cjs/storage.js") as unknown;
    }
  },
  environment: (name) => process.env[name],
  self: () => ({ program: programName(), host: hostname() }),
};

/** What is called back at the end of this turn. */
let due: (() => void)[] = [];

/** One tick for all that is due: a call has several steps that wait for the end of the turn. */
function endOfTurn(callback: () => void): void {
  if (due.push(callback) === 1) awaitEndOfTurn();
}

/** A tick that is asked for among promises comes after all of them. An immediate would cost a round of the event loop. */
function awaitEndOfTurn(): void {
  void Promise.resolve().then(() => process.nextTick(endTurn));
}

function endTurn(): void {
  const callbacks = due;
  due = [];
  let place = 0;
  try {
    while (place < callbacks.length) callbacks[place++]?.();
  } finally {
    // One of them threw: the others are called all the same.
    if (place < callbacks.length) {
      due = [...callbacks.slice(place), ...due];
      awaitEndOfTurn();
    }
  }
}

/** `scans/main.js`: many files are called main or index. */
function programName(): string {
  const [, script = "node"] = process.argv;
  return script.split(sep).slice(-2).join("/");
}

function bufferOf(view: Uint8Array): Buffer {
  return Buffer.isBuffer(view) ? view : Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

usePlatform(node);
