import {
  type ClientReadableStream,
  type ClientUnaryCall,
  credentials,
  loadPackageDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { type Peer, READING, type Reading } from "../peer";
import { sameBuffer } from "../same-buffer";

/** `echo.proto`, as protobufjs writes it. */
const PROTO = {
  nested: {
    Reading: {
      fields: {
        device: { type: "string", id: 1 },
        degrees: { type: "double", id: 2 },
        speed: { type: "double", id: 3 },
        homed: { type: "bool", id: 4 },
      },
    },
    Size: { fields: { bytes: { type: "int32", id: 1 } } },
    Image: { fields: { data: { type: "bytes", id: 1 } } },
    Device: {
      methods: {
        Echo: { requestType: "Reading", responseType: "Reading", comment: "" },
        GetBuffer: { requestType: "Size", responseType: "Image", comment: "" },
        StreamReadings: { requestType: "Size", responseType: "Reading", responseStream: true, comment: "" },
        StreamBuffers: { requestType: "Size", responseType: "Image", responseStream: true, comment: "" },
      },
    },
  },
};

const UNLIMITED = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

type Unary<Argument, Result> = (
  argument: Argument,
  callback: (error: Error | null, result?: Result) => void,
) => ClientUnaryCall;

/** As fast as it is taken. */
function writeOn<Item>(call: ServerWritableStream<{ bytes: number }, Item>, item: Item): void {
  while (!call.cancelled && call.write(item));
  if (!call.cancelled) call.once("drain", () => writeOn(call, item));
}

/** Read one after the other; leaving the loop ends the call. */
async function* itemsOf(call: ClientReadableStream<unknown>): AsyncIterable<unknown> {
  call.on("error", () => undefined);
  try {
    for await (const item of call) yield item as unknown;
  } finally {
    call.cancel();
  }
}

function deviceService(): ServiceClientConstructor {
  return loadPackageDefinition(fromJSON(PROTO)).Device as ServiceClientConstructor;
}

function bindLoopback(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

function promised<Argument, Result>(call: Unary<Argument, Result>): (argument: Argument) => Promise<Result> {
  return (argument) =>
    new Promise((resolve, reject) => {
      call(argument, (error, result) => {
        if (error === null && result !== undefined) resolve(result);
        else reject(error ?? new Error("no result"));
      });
    });
}

export const peer: Peer = {
  async serve() {
    const server = new Server(UNLIMITED);
    server.addService(deviceService().service, {
      echo: ({ request }: ServerUnaryCall<Reading, Reading>, reply: sendUnaryData<Reading>) =>
        reply(null, request),
      getBuffer: (
        { request }: ServerUnaryCall<{ bytes: number }, { data: Buffer }>,
        reply: sendUnaryData<{ data: Buffer }>,
      ) => reply(null, { data: sameBuffer(request.bytes) }),
      streamReadings: (call: ServerWritableStream<{ bytes: number }, Reading>) => writeOn(call, READING),
      streamBuffers: (call: ServerWritableStream<{ bytes: number }, { data: Buffer }>) =>
        writeOn(call, { data: sameBuffer(call.request.bytes) }),
    });
    const port = await bindLoopback(server);
    return {
      address: `127.0.0.1:${port}`,
      async close() {
        server.forceShutdown();
        return Promise.resolve();
      },
    };
  },

  async connect(address) {
    const client = new (deviceService())(address, credentials.createInsecure(), UNLIMITED);
    const methods = client as unknown as {
      echo: Unary<Reading, Reading>;
      getBuffer: Unary<{ bytes: number }, { data: Buffer }>;
      streamReadings(size: { bytes: number }): ClientReadableStream<unknown>;
      streamBuffers(size: { bytes: number }): ClientReadableStream<unknown>;
    };
    const getBuffer = promised(methods.getBuffer.bind(client));
    return Promise.resolve({
      echo: promised(methods.echo.bind(client)),
      streamReadings: () => itemsOf(methods.streamReadings({ bytes: 0 })),
      streamBuffers: (bytes) => itemsOf(methods.streamBuffers({ bytes })),
      getBuffer: async (bytes) => (await getBuffer({ bytes })).data,
      async close() {
        client.close();
        return Promise.resolve();
      },
    });
  },
};
