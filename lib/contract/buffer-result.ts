/**
 * What a `@BufferMethod` returns: the bytes, and a JSON object that describes them.
 *
 * The bytes are sent without a copy: leave them alone after they were returned. A receiver gets them as a `Buffer`.
 */
export type BufferResult<Info extends object = Record<string, unknown>> = readonly [
  data: Uint8Array,
  info: Info,
];
