import { firstValueFrom, type Observable, timeout } from "rxjs";
import {
  Arg,
  clientOf,
  connect,
  contractOf,
  JsonMethod,
  type Remote,
  remote,
  RemoteError,
  RpcProperty,
  type RpcClient,
  RpcService,
} from "rigwire";
import { ReconnectingChannel } from "../../lib/transport/reconnecting-channel";
import { closing } from "../support/closing";
import { describeWithPython } from "./python-peer";
import { RECORDING, RECORDING_FILE, RecordedDevice, type RecordedExchange, textOf } from "./recorded-device";

/** The recorded device with what its clients asked for in vain. */
@RpcService()
class Asked extends RecordedDevice {
  // The argument that is left out makes the client give the one after it by name.
  @JsonMethod()
  override echo(
    @Arg("message") _message: string,
    @Arg("left_out") _leftOut?: number,
    @Arg("times") _times?: number,
  ): string {
    return remote();
  }

  @JsonMethod()
  nope(): void {
    return remote();
  }

  @RpcProperty() zzz: unknown;
}

const asked = contractOf(Asked);

const stop = RECORDING.exchanges.find(({ note }) => note === "stop")!;
/** What the methods, properties and inventory of a client ask for. */
const byCalls = RECORDING.exchanges.filter(
  (exchange) => exchange !== stop && !exchange.note.startsWith("start signals"),
);

describeWithPython(["zmq"], "a Python server that answers as recorded", (python) => {
  it.each(byCalls)("is understood: $note", async (exchange) => {
    const server = python.start("replaying_server.py", [RECORDING_FILE]);
    const device = closingRemote(connect(RecordedDevice, (await server.next()) as string, { name: "cam" }));

    const outcome = await outcomeOf(
      send(clientOf(device), JSON.parse(textOf(exchange.request[0]!)) as Request),
    );

    expect(outcome).toEqual(recordedOutcome(exchange));
  });

  it("is understood: its signals", async () => {
    const server = python.start("replaying_server.py", [RECORDING_FILE]);
    const device = closingRemote(connect(RecordedDevice, (await server.next()) as string));

    const signals: Observable<unknown>[] = [device.modeChanged, device.moved, device.stopped];
    const seen = signals.map((signal) => firstValueFrom(signal.pipe(timeout(5_000))));

    expect(await Promise.all(seen)).toEqual(["VIDEO", [1.5, [1, 2]], undefined]);
  });

  it("is understood: stop", async () => {
    const server = python.start("replaying_server.py", [RECORDING_FILE]);
    const url = (await server.next()) as string;
    const peerless = {
      handshake: async () => null,
      announcement: () => undefined,
      beginningOf: () => "",
      askSignalPort: async () => 0,
      confirmSubscriptions: async () => undefined,
    };
    const channel = closing(new ReconnectingChannel(async () => url, peerless));
    const [request, reply] = [stop.request, stop.reply].map(([frame]) => textOf(frame!));

    const [frame] = await channel.request({ place: {}, timeoutMs: 5_000, body: request! });

    expect(Buffer.from(frame as Uint8Array).toString()).toBe(reply);
  });
});

function closingRemote<T extends object>(device: Remote<T>): Remote<T> {
  closing(clientOf(device));
  return device;
}

interface Request {
  readonly event: string;
  readonly method: string;
  readonly params: { readonly args: unknown[]; readonly kwargs: { readonly times?: number } };
  readonly property: string;
  readonly value: unknown;
}

/** Makes the client ask what was recorded. */
function send(client: RpcClient, { event, method, params, property, value }: Request): Promise<unknown> {
  switch (event) {
    case "METHOD_CALL": {
      const { args, kwargs } = params;
      const given = kwargs.times === undefined ? args : [...args, undefined, kwargs.times];
      return client.call(asked.methods.get(method)!, given);
    }
    case "PROPERTY_GET":
      return client.get(asked.properties.get(property)!);
    case "PROPERTY_SET":
      return client.set(asked.properties.get(property)!, value);
    default:
      return client.inventory();
  }
}

type Outcome = { readonly value: unknown } | { readonly error: string; readonly traceback: string };

async function outcomeOf(answer: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await answer };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return { error: error.remoteMessage, traceback: error.traceback };
  }
}

function recordedOutcome({ note, reply: [first, data] }: RecordedExchange): Outcome {
  if (note.startsWith("Python's json")) return { value: new RecordedDevice().numbers() };
  const recorded = JSON.parse(textOf(first!)) as Record<string, unknown>;
  if (data !== undefined && "base64" in data)
    return { value: [Buffer.from(data.base64, "base64"), recorded] };
  if (recorded.success === false) {
    return { error: recorded.error as string, traceback: (recorded.traceback ?? "") as string };
  }
  if ("json_methods" in recorded)
    return { value: expect.objectContaining({ name: "cam", rigwire: undefined }) };
  return { value: recorded.result ?? recorded.value ?? ("result" in recorded ? null : undefined) };
}
