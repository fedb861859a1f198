import {
  clientOf,
  type Inventory,
  type JsonSchema,
  type MemberDescription,
  type ParameterDescription,
  type RpcClient,
} from "../../browser";

/** What a device says of itself, sorted for a screen. */
export interface DescribedDevice {
  /** Members by name, as `connect(url)` gives them. */
  readonly remote: object;
  readonly client: RpcClient;
  readonly type: string;
  readonly version: string | undefined;
  readonly properties: readonly DescribedProperty[];
  /** Those that are no property's alone. */
  readonly signals: readonly DescribedSignal[];
  readonly methods: readonly DescribedMethod[];
  /** Schemas that others refer to. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

interface Described {
  /** The name in the device's class. */
  readonly member: string;
  readonly wireName: string;
  readonly description: string | undefined;
}

export interface DescribedProperty extends Described {
  readonly schema: JsonSchema;
  readonly readonly: boolean;
  /** Whether it tells its changes; one that does not is asked now and then. */
  readonly isLive: boolean;
  readonly isMain: boolean;
}

export interface DescribedSignal extends Described {
  /** One an argument; empty where nothing is known. */
  readonly schemas: readonly JsonSchema[];
}

export interface DescribedMethod extends Described {
  readonly result: "json" | "buffer" | "stream";
  readonly parameters: readonly ParameterDescription[] | undefined;
  readonly interrupts: boolean;
  readonly tellsProgress: boolean;
  readonly progressSchema: JsonSchema;
  /** Of its result, or of the items of a stream. */
  readonly resultSchema: JsonSchema;
}

export function describedDevice(remote: object, inventory: Inventory): DescribedDevice {
  const { rigwire } = inventory;
  const about = (wireName: string) => rigwire?.members.get(wireName);
  const named = (wireName: string) => ({
    wireName,
    member: about(wireName)?.member ?? wireName,
    description: about(wireName)?.description,
  });
  const notifying = new Set(inventory.properties.map((property) => about(property)?.notify));
  return {
    remote,
    client: clientOf(remote),
    type: rigwire?.type ?? "",
    version: rigwire?.version,
    definitions: rigwire?.definitions ?? {},
    properties: inventory.properties.map((wireName) => ({
      ...named(wireName),
      ...propertyDetails(about(wireName)),
    })),
    signals: inventory.signals
      .filter((wireName) => !notifying.has(wireName))
      .map((wireName) => ({ ...named(wireName), schemas: about(wireName)?.schemas ?? [] })),
    methods: [
      ...[...inventory.jsonMethods.keys()].map((wireName) => ({
        ...named(wireName),
        ...methodDetails(about(wireName), "json"),
      })),
      ...[...inventory.bufferMethods.keys()].map((wireName) => ({
        ...named(wireName),
        ...methodDetails(about(wireName), "buffer"),
      })),
    ],
  };
}

function propertyDetails(about: MemberDescription | undefined) {
  return {
    schema: about?.schema ?? {},
    readonly: about?.readonly ?? false,
    isLive: about?.notify !== undefined,
    isMain: about?.show === "main",
  };
}

function methodDetails(about: MemberDescription | undefined, result: "json" | "buffer") {
  const isStream = about?.stream !== undefined;
  return {
    result: isStream ? ("stream" as const) : result,
    parameters: about?.parameters,
    interrupts: about?.interrupts ?? false,
    tellsProgress: about?.progress !== undefined,
    progressSchema: about?.progressSchema ?? {},
    resultSchema: (isStream ? about.streamSchema : about?.returnsSchema) ?? {},
  };
}

/** The method that stops the device: one that interrupts and needs no arguments, called `stop` where there are several. */
export function stopOf(device: DescribedDevice): DescribedMethod | undefined {
  const stops = device.methods.filter(
    ({ interrupts, parameters = [] }) => interrupts && parameters.every(({ optional }) => optional),
  );
  return stops.find(({ member }) => member === "stop") ?? stops[0];
}

/** What makes two inventories the same contract. */
export function fingerprint({ rigwire, ...inventory }: Inventory): string {
  const { jsonMethods, bufferMethods, signals, properties } = inventory;
  const members = [...(rigwire?.members ?? [])];
  return JSON.stringify([
    [...jsonMethods],
    [...bufferMethods],
    signals,
    properties,
    members,
    rigwire?.definitions,
    rigwire?.type,
  ]);
}
