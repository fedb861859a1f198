import { type JsonSchema } from "../../../contract/rule-keywords";
import { type MethodContract } from "../../../contract/service-contract";
import { refName } from "../schema-type-name";
import { type ToldContract } from "../told-contract";
import {
  definitionsOf,
  describedMembers,
  type Described,
  isCalled,
  itemSchema,
  namedArgumentsSchema,
  resultSchema,
  signalSchemas,
} from "./described-members";
import { rewritten, withItemsList } from "./rewrite-schema";

type Named<Value> = readonly [name: string, value: Value];

/** What a channel carries, and who asks whom. */
interface Channel {
  readonly key: string;
  readonly address: string;
  readonly description: string | undefined;
  /** What comes to the device, and what it answers with; or what it sends by itself. */
  readonly operations: readonly Operation[];
}

interface Operation {
  readonly key: string;
  readonly action: "send" | "receive";
  readonly payload: JsonSchema;
  /** By what it is: `reply`, `progress`. */
  readonly replies: Readonly<Record<string, JsonSchema>>;
}

/**
 * A contract as a document of AsyncAPI 3.0: what a device receives and sends, message by message, as docs/wire-protocol.md
 * has it. A channel is a member of the device.
 */
export function asyncapiDocument(told: ToldContract): object {
  const keys = new Keys();
  const channels = channelsOf(told, keys);
  const schemas = Object.entries(definitionsOf(told)).map(([name, schema]): Named<JsonSchema> => [
    keyOf(name),
    portable(schema),
  ]);
  return {
    asyncapi: "3.0.0",
    info: { title: told.name, version: told.inventory.rigwire?.version ?? "0" },
    defaultContentType: "application/json",
    ...serversOf(told.url),
    channels: Object.fromEntries(channels.map((channel) => [channel.key, channelObject(channel)])),
    operations: Object.fromEntries(
      channels.flatMap((channel) =>
        channel.operations.map((operation) => [operation.key, operationObject(channel, operation)]),
      ),
    ),
    ...(schemas.length > 0 && { components: { schemas: Object.fromEntries(schemas) } }),
  };
}

function serversOf(url: string | undefined): object {
  const [, protocol, host] = /^(\w+):\/\/([^/]+)/.exec(url ?? "") ?? [];
  if (protocol === undefined || host === undefined) return {};
  return { servers: { device: { host, protocol: protocol === "tcp" ? "zmtp" : protocol } } };
}

function channelsOf(told: ToldContract, keys: Keys): readonly Channel[] {
  const { methods, properties, signals } = describedMembers(told);
  return [
    ...methods.map((method): Channel => {
      const { wireName } = method;
      const key = keys.take(wireName);
      const params = message({ args: { type: "array" }, kwargs: namedArgumentsSchema(method) }, []);
      if (!isCalled(method)) return streamChannel(key, method, params);
      const isBuffer = method.contract.result === "buffer";
      return {
        key,
        address: wireName,
        description: method.told.description,
        operations: [
          {
            key: `${key}.call`,
            action: "receive",
            payload: message({ event: { const: "METHOD_CALL" }, method: { const: wireName }, params }, [
              "event",
              "method",
            ]),
            replies: {
              ...(method.told.progress !== undefined && {
                progress: progressMessage(method.told.progressSchema),
              }),
              reply: isBuffer ? resultSchema(method) : success({ result: resultSchema(method) }),
            },
          },
        ],
      };
    }),
    ...properties.map(({ wireName, told: { description, schema = {}, readonly } }): Channel => {
      const key = keys.take(wireName);
      const asked = (event: string, further: Readonly<Record<string, JsonSchema>>) =>
        message({ event: { const: event }, property: { const: wireName }, ...further }, [
          "event",
          "property",
          ...Object.keys(further),
        ]);
      const get: Operation = {
        key: `${key}.get`,
        action: "receive",
        payload: asked("PROPERTY_GET", {}),
        replies: { reply: success({ value: schema }) },
      };
      const set: Operation = {
        key: `${key}.set`,
        action: "receive",
        payload: asked("PROPERTY_SET", { value: schema }),
        replies: { reply: success({}) },
      };
      return { key, address: wireName, description, operations: readonly === true ? [get] : [get, set] };
    }),
    ...signals.map((signal): Channel => {
      const { wireName } = signal;
      const key = keys.take(wireName);
      const items = signalSchemas(signal);
      const args: JsonSchema = {
        type: "array",
        ...(items.length > 0 && { prefixItems: items }),
        minItems: items.length,
        maxItems: items.length,
      };
      const payload = message({ event: { const: "EMIT_SIGNAL" }, signal: { const: wireName }, args }, [
        "event",
        "signal",
        "args",
      ]);
      return {
        key,
        address: wireName,
        description: signal.told.description,
        operations: [{ key: `${key}.emit`, action: "send", payload, replies: {} }],
      };
    }),
  ];
}

/** A stream is opened by one request, read by others, and ended by one more. */
function streamChannel(key: string, method: Described<MethodContract>, params: JsonSchema): Channel {
  const { wireName } = method;
  const opening = {
    event: { const: "METHOD_CALL" },
    method: { const: wireName },
    params,
    stream: { enum: ["all", "latest"] },
  };
  const next = { event: { const: "STREAM_NEXT" }, stream: { type: "string" }, credit: { type: "integer" } };
  const items = {
    seq: { type: "integer" },
    items: { type: "array", items: itemSchema(method) },
    bytes: { type: "integer" },
    end: { type: "boolean" },
    sizes: { type: "array", items: { type: ["integer", "null"] } },
  };
  const operation = (name: string, payload: JsonSchema, replies: Operation["replies"]): Operation => ({
    key: `${key}.${name}`,
    action: "receive",
    payload,
    replies,
  });
  return {
    key,
    address: wireName,
    description: method.told.description,
    operations: [
      operation("open", message(opening, ["event", "method", "stream"]), {
        opened: progressMessage(),
        ended: success({}),
      }),
      operation("next", message(next, Object.keys(next)), { items: success(items) }),
      operation(
        "close",
        message({ event: { const: "CANCEL" }, id: { type: "string" } }, ["event", "id"]),
        {},
      ),
    ],
  };
}

function message(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema {
  return { type: "object", properties, ...(required.length > 0 && { required }) };
}

function success(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return message({ success: { const: true }, ...properties }, ["success"]);
}

function progressMessage(schema: JsonSchema = {}): JsonSchema {
  return message({ event: { const: "PROGRESS" }, seq: { type: "integer" }, value: schema }, ["event", "seq"]);
}

function channelObject({ address, description, operations }: Channel): object {
  const messages = operations.flatMap(({ key, payload, replies }): Named<object>[] => [
    [key, { payload: portable(payload) }],
    ...Object.entries(replies).map(([kind, reply]): Named<object> => [
      `${key}.${kind}`,
      { payload: portable(reply) },
    ]),
  ]);
  return {
    address,
    ...(description !== undefined && { description }),
    messages: Object.fromEntries(messages),
  };
}

function operationObject(channel: Channel, { key, action, replies }: Operation): object {
  const place = `#/channels/${channel.key}`;
  const kinds = Object.keys(replies);
  return {
    action,
    channel: { $ref: place },
    messages: [{ $ref: `${place}/messages/${key}` }],
    ...(kinds.length > 0 && {
      reply: {
        channel: { $ref: place },
        messages: kinds.map((kind) => ({ $ref: `${place}/messages/${key}.${kind}` })),
      },
    }),
  };
}

/** As AsyncAPI's own schemas are: those of JSON Schema before 2020, with the classes among its components. */
function portable(schema: JsonSchema): JsonSchema {
  return rewritten(schema, (one) => {
    const { $ref } = one;
    const name = typeof $ref === "string" ? refName($ref) : undefined;
    if (name !== undefined) return { $ref: `#/components/schemas/${keyOf(name)}` };
    return withItemsList(one);
  });
}

/** A name as it may be a key: letters, digits, `.`, `-` and `_`. */
function keyOf(name: string): string {
  return name.replaceAll(/[^\w.-]/g, "_") || "_";
}

/** Keys of channels, none twice. */
class Keys {
  private readonly taken = new Set<string>();

  take(name: string): string {
    const wanted = keyOf(name);
    let key = wanted;
    for (let number = 2; this.taken.has(key); number++) key = `${wanted}-${number}`;
    this.taken.add(key);
    return key;
  }
}
