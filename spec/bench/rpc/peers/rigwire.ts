import {
  Arg,
  BufferMethod,
  type BufferResult,
  type ClientOptions,
  clientOf,
  connect,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
  Signal,
  StreamMethod,
  withOptions,
} from "rigwire";
import { Subject } from "rxjs";
import { type Peer, READING, type Reading } from "./peer";
import { sameBuffer } from "./same-buffer";

@RpcService({ type: "echo" })
export class EchoDevice {
  @Signal(Object) readonly measured = new Subject<Reading>();

  @RpcProperty() reading: object = READING;

  @JsonMethod()
  echo(@Arg("reading") reading: object): object {
    return reading;
  }

  @BufferMethod()
  getBuffer(@Arg("bytes") bytes: number): BufferResult<{ bytes: number }> {
    return [sameBuffer(bytes), { bytes }];
  }

  @StreamMethod(Object)
  async *streamReadings(): AsyncIterable<Reading> {
    for (;;) yield await Promise.resolve(READING);
  }

  @StreamMethod(Uint8Array)
  async *streamBuffers(@Arg("bytes") bytes: number): AsyncIterable<Uint8Array> {
    for (;;) yield await Promise.resolve(sameBuffer(bytes));
  }

  @JsonMethod({ progress: Number, concurrent: true })
  async *step(): AsyncGenerator<number, number> {
    yield await Promise.resolve(1);
    return 2;
  }

  @JsonMethod()
  emit(@Arg("count") count: number): void {
    for (let index = 0; index < count; index++) this.measured.next(READING);
  }
}

/** @param urlOf - Gives the address where the device is served. */
export function rigwireAt(urlOf: () => string, options: ClientOptions = {}): Peer {
  return {
    async serve() {
      const server = await serve(new EchoDevice(), { name: "echo-1", url: urlOf() });
      return { address: server.url, close: () => server.close() };
    },

    async connect(address) {
      const device = connect(EchoDevice, address, options);
      return Promise.resolve({
        echo: (reading) => device.echo(reading),
        getProperty: () => device.reading.get(),
        getBuffer: async (bytes) => (await device.getBuffer(bytes))[0],
        async subscribe(onEvent) {
          device.measured.subscribe(onEvent);
          // A call after a subscription is answered when the device knows of the subscription.
          await device.reading.get();
        },
        streamReadings: () => device.streamReadings(),
        streamBuffers: (bytes) => device.streamBuffers(bytes),
        step: () => withOptions(device, { progress: false }).step(),
        stepAndTell: () => device.step(),
        emit: (count) => device.emit(count),
        close: () => clientOf(device).close(),
      });
    },
  };
}

/** On the road that it takes by itself. */
export const peer = rigwireAt(() => "tcp://127.0.0.1");
