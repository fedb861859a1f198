import { MalformedMessageError } from "../errors";
import { withArrays } from "./incoming-arrays";
import { type ArrayWriter } from "./outgoing-arrays";
import { encodeArguments, encodeKeywords } from "./arguments";
import { encodeJson } from "./json";
import { decodeUseNotice, type UseNotice } from "./member-users";
import { decodeObject, isBytes, isObject, type Received } from "./message";
import { decodeRepresentedCaller, type RepresentedCaller } from "./represented-caller";
import { decodeTraceContext, encodeTraceContext, type TraceContext } from "./trace-context";

/** What a client asks of a server (plantimager RPC). The last ten are additions that only rigwire servers know. */
export type RpcRequest =
  | { readonly event: "GET_INVENTORY" }
  | { readonly event: "INIT_SIGNALS_HANDLING" }
  | MethodCall
  | PropertyGet
  | PropertySet
  | { readonly event: "STOP_SERVER" }
  | { readonly event: "FIND_PEER_ADDRESS" }
  | { readonly event: "CONFIRM_SUBSCRIPTIONS"; readonly token: string }
  | { readonly event: "SIGNAL_COUNTS"; readonly token?: string | undefined }
  | Cancel
  | StreamNext
  | { readonly event: "STATUS" }
  | { readonly event: "STATS" }
  | MembersQuestion
  | { readonly event: "LOCAL_ROAD" }
  | ({ readonly event: "USES" } & UseNotice)
  | { readonly event: "USERS" };

/** Asks for a page of what an inventory left out. */
export interface MembersQuestion {
  readonly event: "GET_MEMBERS";
  /** From 0. */
  readonly page: number;
}

/** What can be asked of a member. */
export type MemberRequest = MethodCall | PropertyGet | PropertySet;

export interface MethodCall extends ForMember, WithDeadline, WithReplyLimit, WithProgress {
  readonly event: "METHOD_CALL";
  readonly method: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Opens a stream; left out for an ordinary call. */
  readonly stream?: StreamMode | undefined;
}

/** How the items of a stream come: each, or the newest when the reader asks. */
export type StreamMode = "all" | "latest";

/** Tells that nobody waits for a request of the same client any more. */
export interface Cancel {
  readonly event: "CANCEL";
  readonly id: string;
  /** Nobody gave it up, but whom the client asked it for is gone; left out else. */
  readonly lost?: true;
}

/** Asks for the next items of a stream that the same client opened. */
export interface StreamNext extends WithReplyLimit {
  readonly event: "STREAM_NEXT";
  /** The client's id of the request that opened it. Not called `id`: that is the request's own, in a batch. */
  readonly stream: string;
  /** How many bytes of items the reader has room for. */
  readonly credit: number;
}

export interface PropertySet extends ForMember, WithDeadline {
  readonly event: "PROPERTY_SET";
  readonly property: string;
  readonly value: unknown;
}

export interface PropertyGet extends ForMember, WithReplyLimit {
  readonly event: "PROPERTY_GET";
  readonly property: string;
  /** The client takes arrays as bytes behind the reply. */
  readonly takesArrays?: boolean | undefined;
  /** The client wants to know when the value was true, and whether it is stale. */
  readonly time?: boolean | undefined;
}

interface ForMember {
  /** For whom the client asks; left out where it asks for itself. */
  readonly onBehalfOf?: RepresentedCaller | undefined;
  /** Where it stands in a trace; left out where nothing is traced. Its two texts are keys of the request itself. */
  readonly trace?: TraceContext | undefined;
}

interface WithReplyLimit {
  /** The largest frame that the client takes, where that is less than what the server sends. */
  readonly maxReplyBytes?: number | undefined;
}

interface WithProgress {
  /** The client wants to hear of progress before the reply. */
  readonly progress?: boolean | undefined;
  /** How long the client waits without hearing of any once the method runs, in milliseconds. */
  readonly idle?: number | undefined;
}

interface WithDeadline {
  /** Milliseconds on the server's own clock, after which the command must not be started. */
  readonly deadline?: number | undefined;
}

const READING: ReadonlySet<unknown> = new Set<RpcRequest["event"]>([
  "GET_INVENTORY",
  "GET_MEMBERS",
  "INIT_SIGNALS_HANDLING",
  "PROPERTY_GET",
  "FIND_PEER_ADDRESS",
  "CONFIRM_SUBSCRIPTIONS",
  "SIGNAL_COUNTS",
  "CANCEL",
  "STREAM_NEXT",
  "STATUS",
  "STATS",
  "LOCAL_ROAD",
  "USES",
  "USERS",
]);

/** Whether a request leaves the device as it is, or is about what the same client asked for before. */
export function onlyReads({ event }: { readonly event?: unknown }): boolean {
  return READING.has(event);
}

/** What a client wants to hear of a call before its reply. */
export interface ProgressWish {
  /** How long it waits without hearing of any, in milliseconds; left out where its time does not depend on it. */
  readonly idleMs?: number | undefined;
}

/** What a request says beyond what it asks. */
export interface RequestExtras {
  /** In place of the request's own, if it is a command. */
  readonly deadline?: number | undefined;
  /** In place of the request's own, if its reply may be of any size. */
  readonly maxReplyBytes?: number | undefined;
  /** What errors call an argument, by its place. Default: `argument 1`, `argument 2`, … */
  readonly argumentName?: ((index: number) => string) | undefined;
  /** Asks a method for its progress. Default: it is not asked for. */
  readonly progress?: ProgressWish | undefined;
  /** Gets the arrays that travel as bytes behind the text. Left out: they are refused. */
  readonly arrays?: ArrayWriter | undefined;
}

/**
 * The text of a request.
 *
 * @throws EncodingError if a value cannot be sent, with the path to it.
 */
export function encodeRequest(request: RpcRequest, extras: RequestExtras = {}): string {
  const { deadline, maxReplyBytes, arrays } = extras;
  switch (request.event) {
    case "METHOD_CALL":
      return encodeMethodCall(request, extras);
    case "PROPERTY_GET":
    case "STREAM_NEXT":
      return encodeJson(maxReplyBytes === undefined ? flat(request) : { ...flat(request), maxReplyBytes });
    case "PROPERTY_SET":
      return encodeJson(deadline === undefined ? flat(request) : { ...flat(request), deadline }, "", arrays);
    default:
      return encodeJson(request);
  }
}

/** Written piece by piece: this is what most messages are. */
function encodeMethodCall(call: MethodCall, extras: RequestExtras): string {
  const { method, args, kwargs } = call;
  const { deadline = call.deadline, maxReplyBytes = call.maxReplyBytes, progress, arrays } = extras;
  const placed = encodeArguments(args, extras.argumentName, arrays);
  const named = isEmpty(kwargs) ? "{}" : encodeKeywords(kwargs, arrays);
  const params = `{"args":${placed},"kwargs":${named}}`;
  const until = deadline === undefined ? "" : `,"deadline":${deadline}`;
  const limit = maxReplyBytes === undefined ? "" : `,"maxReplyBytes":${maxReplyBytes}`;
  const wish = progress === undefined ? "" : encodeWish(progress);
  const stream = call.stream === undefined ? "" : `,"stream":"${call.stream}"`;
  const trace = call.trace === undefined ? "" : encodeTraceContext(call.trace);
  return `{"event":"METHOD_CALL","method":${JSON.stringify(method)},"params":${params}${until}${limit}${wish}${stream}${trace}}`;
}

/** A request with the keys that it has on the wire. */
function flat(request: PropertyGet | PropertySet | StreamNext): object {
  if (!("trace" in request)) return request;
  const { trace, ...rest } = request;
  return { ...rest, ...trace };
}

function encodeWish({ idleMs }: ProgressWish): string {
  return `,"progress":true${idleMs === undefined ? "" : `,"idle":${idleMs}`}`;
}

function isEmpty(object: object): boolean {
  for (const _key in object) return false;
  return true;
}

/**
 * Reads a request that anyone may have sent.
 *
 * @param maxTextBytes - The longest text that is taken, in bytes.
 * @param data - The frame behind the text, with the arrays that it refers to.
 * @throws MalformedMessageError for whatever is no request, with what is wrong with it.
 */
export function decodeRequest(body: Received, maxTextBytes?: number, data?: Uint8Array): RpcRequest {
  if (isBytes(body) && body.length === 0)
    throw new MalformedMessageError("the request is empty: it must be one frame of JSON");
  const message = decodeObject(body, maxTextBytes);
  if (data !== undefined) withArrays(message, data);
  switch (message.event) {
    case "GET_INVENTORY":
    case "INIT_SIGNALS_HANDLING":
    case "STOP_SERVER":
    case "FIND_PEER_ADDRESS":
    case "STATUS":
    case "STATS":
    case "LOCAL_ROAD":
    case "USERS":
      return { event: message.event };
    case "USES":
      return { event: "USES", ...decodeUseNotice(message) };
    case "METHOD_CALL":
      return decodeMethodCall(message);
    case "PROPERTY_GET":
      return {
        event: "PROPERTY_GET",
        property: text(message, "property"),
        maxReplyBytes: number(message, "maxReplyBytes"),
        ...(message.takesArrays === true && { takesArrays: true }),
        ...(message.time === true && { time: true }),
        onBehalfOf: decodeRepresentedCaller(message.onBehalfOf),
        ...decodeTrace(message),
      };
    case "PROPERTY_SET":
      if (!("value" in message)) throw new MalformedMessageError('PROPERTY_SET has no "value"');
      return {
        event: "PROPERTY_SET",
        property: text(message, "property"),
        value: message.value,
        deadline: number(message, "deadline"),
        onBehalfOf: decodeRepresentedCaller(message.onBehalfOf),
        ...decodeTrace(message),
      };
    case "CONFIRM_SUBSCRIPTIONS":
      return { event: "CONFIRM_SUBSCRIPTIONS", token: text(message, "token") };
    case "SIGNAL_COUNTS":
      return { event: "SIGNAL_COUNTS", token: optionalText(message, "token") };
    case "GET_MEMBERS":
      return { event: "GET_MEMBERS", page: whole(message, "page") };
    case "CANCEL":
      return { event: "CANCEL", id: text(message, "id"), ...(message.lost === true && { lost: true }) };
    case "STREAM_NEXT":
      return {
        event: "STREAM_NEXT",
        stream: text(message, "stream"),
        credit: positive(message, "credit") ?? 1,
        maxReplyBytes: number(message, "maxReplyBytes"),
      };
    case undefined:
      throw new MalformedMessageError('the request has no "event"');
    default:
      throw new MalformedMessageError(`unknown event ${describe(message.event)}`);
  }
}

function decodeMethodCall(message: Readonly<Record<string, unknown>>): MethodCall {
  const params = message.params ?? {};
  if (!isObject(params)) throw new MalformedMessageError('"params" of METHOD_CALL is no object');
  const { args = [], kwargs = {} } = params;
  if (!Array.isArray(args)) throw new MalformedMessageError('"args" of METHOD_CALL is no list');
  if (!isObject(kwargs)) throw new MalformedMessageError('"kwargs" of METHOD_CALL is no object');
  return {
    event: "METHOD_CALL",
    method: text(message, "method"),
    args,
    kwargs,
    deadline: number(message, "deadline"),
    maxReplyBytes: number(message, "maxReplyBytes"),
    progress: message.progress === true ? true : undefined,
    idle: positive(message, "idle"),
    ...(isStreamMode(message.stream) && { stream: message.stream }),
    onBehalfOf: decodeRepresentedCaller(message.onBehalfOf),
    ...decodeTrace(message),
  };
}

/** Most requests have none. */
function decodeTrace(message: Readonly<Record<string, unknown>>): Pick<MemberRequest, "trace"> | undefined {
  return message.traceparent === undefined ? undefined : { trace: decodeTraceContext(message) };
}

function isStreamMode(value: unknown): value is StreamMode {
  return value === "all" || value === "latest";
}

function text(message: Readonly<Record<string, unknown>>, key: string): string {
  const value = message[key];
  if (typeof value !== "string")
    throw new MalformedMessageError(`${describe(message.event)} has no text "${key}"`);
  return value;
}

function whole(message: Readonly<Record<string, unknown>>, key: string): number {
  const value = message[key];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new MalformedMessageError(`${describe(message.event)} has no whole number "${key}"`);
  return value;
}

/** An addition that is no text counts as absent. */
function optionalText(message: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = message[key];
  return typeof value === "string" ? value : undefined;
}

/** An addition that is no number counts as absent. */
function number(message: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const value = message[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** An addition that is no positive number counts as absent. */
function positive(message: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const value = number(message, key);
  return value !== undefined && value > 0 ? value : undefined;
}

const EXCERPT_LENGTH = 60;

function describe(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value.slice(0, EXCERPT_LENGTH))
    : `of type ${typeof value}`;
}
