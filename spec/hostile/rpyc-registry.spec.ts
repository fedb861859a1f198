import fc from "../support/seeded-fast-check";
import { MalformedMessageError } from "../../lib/errors";
import { encodeBrine } from "../../lib/rpyc/brine/encoder";
import { decodeRequest, encodeRequest, MAX_REQUEST_BYTES } from "../../lib/rpyc/registry-message";
import { decodeAddresses, decodeNames } from "../../lib/rpyc/registry-reply";
import { RegistryResponder } from "../../lib/rpyc/server/registry-responder";
import { TcpRegistryServer } from "../../lib/rpyc/server/tcp-registry-server";
import { UdpRegistryServer } from "../../lib/rpyc/server/udp-registry-server";
import { registryExchanges } from "../rpyc/python-literal";
import { pythonValues } from "../rpyc/python-values";
import {
  askTcp,
  askUdp,
  closeAll,
  closing,
  listeningLogger,
  restOf,
  tcpSocket,
  udpSocket,
} from "../rpyc/sockets";

afterEach(closeAll);

const RUNS = Number(process.env.RIGWIRE_HOSTILE_RUNS ?? 1_000);
const OK = encodeBrine("OK");
const UNREGISTER = encodeRequest({ command: "UNREGISTER", port: 7 });

const values = pythonValues({ hashable: false });
const recorded = registryExchanges().map(({ hex }) => Buffer.from(hex, "hex"));

/** Recorded messages with some bytes changed, cut or doubled. */
const mutated = fc
  .tuple(
    fc.constantFrom(...recorded),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
    fc.nat(),
    fc.boolean(),
  )
  .map(([message, changes, cut, cuts]) => {
    const bytes = Buffer.from(message);
    for (const [at, to] of changes) bytes[at % bytes.length] = to;
    return cuts ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes;
  });

const hostile = fc.oneof(
  fc.uint8Array({ maxLength: MAX_REQUEST_BYTES }).map((bytes) => Buffer.from(bytes)),
  mutated,
  values.map(encodeBrine),
  fc
    .tuple(fc.constantFrom("REGISTER", "UNREGISTER", "QUERY", "LIST", "__proto__"), values)
    .map(([command, args]) => encodeBrine(["RPYC", command, args])),
);

it("answers any bytes with a reply that can be read, or with none", () => {
  const responder = new RegistryResponder(
    { allowListing: true, maxServices: 100, logger: listeningLogger() },
    MAX_REQUEST_BYTES,
  );
  fc.assert(
    fc.property(hostile, (bytes) => {
      const reply = responder.answer(bytes, "10.0.0.7");
      if (reply === undefined) return;
      const { command } = decodeRequest(bytes);
      if (command === "QUERY") decodeAddresses(reply);
      else if (command === "LIST") decodeNames(reply);
      else expect(reply).toEqual(OK);
    }),
    { numRuns: RUNS },
  );
  expect(responder.services.size).toBeLessThanOrEqual(100);
});

it("reads any reply or refuses it as malformed", () => {
  fc.assert(
    fc.property(hostile, fc.constantFrom(decodeAddresses, decodeNames), (bytes, decode) => {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessageError);
      }
    }),
    { numRuns: RUNS },
  );
});

it("goes on serving datagrams after rubbish", async () => {
  const server = closing(
    await UdpRegistryServer.listen({ host: "127.0.0.1", port: 0, logger: listeningLogger() }),
  );
  const attacker = await udpSocket();
  const client = await udpSocket();
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { maxLength: 10 }), async (datagrams) => {
      for (const datagram of datagrams) attacker.send(datagram, server.port, "127.0.0.1");
      expect(await askUdp(client, server.port, UNREGISTER)).toEqual(OK);
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
});

it("goes on serving connections after rubbish in pieces", async () => {
  const server = closing(
    await TcpRegistryServer.listen({
      host: "127.0.0.1",
      port: 0,
      requestTimeoutMs: 500,
      logger: listeningLogger(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { maxLength: 5 }), async (pieces) => {
      const attacker = await tcpSocket(server.port);
      for (const piece of pieces) attacker.write(piece);
      attacker.end();
      const [reply] = await Promise.all([askTcp(server.port, UNREGISTER), restOf(attacker)]);
      expect(reply).toEqual(OK);
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
});
