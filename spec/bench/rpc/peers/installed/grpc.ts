import {
  type ClientUnaryCall,
  credentials,
  loadPackageDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { type Peer, type Reading } from "../peer";
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
      },
    },
  },
};

const UNLIMITED = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

type Unary<Argument, Result> = (
  argument: Argument,
  callback: (error: Error | null, result?: Result) => void,
) => ClientUnaryCall;

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
    };
    const getBuffer = promised(methods.getBuffer.bind(client));
    return Promise.resolve({
      echo: promised(methods.echo.bind(client)),
      getBuffer: async (bytes) => (await getBuffer({ bytes })).data,
      async close() {
        client.close();
        return Promise.resolve();
      },
    });
  },
};
