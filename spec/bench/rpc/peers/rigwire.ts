import {
  Arg,
  BufferMethod,
  type BufferResult,
  clientOf,
  connect,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
  Signal,
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

  @JsonMethod()
  emit(@Arg("count") count: number): void {
    for (let index = 0; index < count; index++) this.measured.next(READING);
  }
}

export const peer: Peer = {
  async serve() {
    const server = await serve(new EchoDevice(), { name: "echo-1", url: "tcp://127.0.0.1" });
    return { address: server.url, close: () => server.close() };
  },

  async connect(address) {
    const device = connect(EchoDevice, address);
    return Promise.resolve({
      echo: (reading) => device.echo(reading),
      getProperty: () => device.reading.get(),
      getBuffer: async (bytes) => (await device.getBuffer(bytes))[0],
      async subscribe(onEvent) {
        device.measured.subscribe(onEvent);
        // A call after a subscription is answered when the device knows of the subscription.
        await device.reading.get();
      },
      emit: (count) => device.emit(count),
      close: () => clientOf(device).close(),
    });
  },
};
