/** Bytes as users get them: a `Buffer` where the program runs on Node, a `Uint8Array` elsewhere. */
export type Bytes = typeof globalThis extends {
  Buffer: { isBuffer(value: unknown): value is infer B extends Uint8Array };
}
  ? B
  : Uint8Array;

/** What differs between Node and a browser. Everything else of the core is the same in both. */
export interface Platform {
  /** A value as text for people, on one line. */
  inspect(value: unknown): string;
  /** Whether something is an error, also one of another realm, such as a `vm` context. */
  isError(value: unknown): value is Error;
  /** Whether two values are equal by what they hold. */
  deepEqual(a: unknown, b: unknown): boolean;
  /** Lets the process end although a timer runs; does nothing where no process can end. */
  unref(timer: Timer): void;
  /** Calls back when all promises that are settled now were handled, before the event loop goes on if it can be had. */
  endOfTurn(callback: () => void): void;
  /** Calls back after whatever lies in the sockets was read. */
  nextTurn(callback: () => void): void;
  /** Memory of so many bytes, whatever is in it: for what is written to as a whole before anybody reads it. */
  memory(bytes: number): Uint8Array;
  /** How many bytes a text has in UTF-8. */
  byteLength(text: string): number;
  /**
   * The text that bytes hold in UTF-8.
   *
   * @returns Nothing where they are no UTF-8.
   */
  textOf(bytes: Uint8Array): string | undefined;
  /** The same bytes, without a copy, as users get them. */
  bytesOf(view: Uint8Array): Bytes;
  /**
   * Loads a module that most programs do without: `class-validator`, `class-transformer`, or what this one knows of classes.
   *
   * @throws Error where the platform cannot load it.
   */
  load(module: "class-validator" | "class-transformer" | "class-transformer/cjs/storage"): unknown;
  /** A setting of the process's environment; nothing where there is none. */
  environment(name: string): string | undefined;
  /** What this program and its computer are called, for people; empty where that is not known. */
  self(): { readonly program: string; readonly host: string };
}

/** A timer, as `setTimeout` of this platform gives it. */
export type Timer = ReturnType<typeof setTimeout>;
