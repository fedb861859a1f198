import { type KeyPair } from "../../security/credentials";
import { createServer } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { lookUpHost } from "../../address/node/look-up-host";
import { isLoopbackHost } from "../../address/hosts";
import { RpcClient } from "../../client/rpc-client";
import { ServiceContract } from "../../contract/service-contract";
import { AuthenticationError, messageOf } from "../../errors";
import { type RpcEndpoint } from "../../transport/endpoint";
import { VERSION } from "../../version";
import { inventoryReply } from "../../wire/inventory";
import { encodeJson } from "../../wire/json";
import { DEFAULT_MAX_TEXT_BYTES } from "../../wire/text-bounds";
import { type ChosenKeys } from "../keys/chosen-keys";
import { keyCure, keyProblem } from "../keys/key-problems";
import { type Finding } from "../lookup/finding";
import { commandLogger } from "../program/command-logger";
import { connectionOptions } from "../lookup/connection-options";
import { roundTrip } from "../lookup/round-trip";
import { type Session } from "../program/session";
import { formatMs } from "../terminal/units";

const LOOPBACK = "127.0.0.1";
const REGISTRY_PORT = 5555;
const ANSWER_WITHIN_MS = 2_000;

/** Serves something on this computer, and asks it. */
export async function checkLoopback(session: Session, keys: KeyPair | undefined): Promise<Finding> {
  const subject = "a call here";
  try {
    const { url, ms } = await serveAndAsk(session, LOOPBACK, keys);
    return {
      status: "well",
      subject,
      text: `served and answered${withKeys(keys)} at ${url} in ${formatMs(ms)}`,
    };
  } catch (error) {
    const cure = "does a firewall or a sandbox forbid connections of this computer to itself?";
    return { status: "broken", subject, text: messageOf(error), cure };
  }
}

/** The addresses where others can reach devices of this computer. */
export async function* checkInterfaces(session: Session, keys: KeyPair | undefined): AsyncGenerator<Finding> {
  const subject = "others reach";
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, all = []]) =>
    all
      .filter(({ internal, family }) => !internal && family === "IPv4")
      .map(({ address }) => ({ name, address })),
  );
  if (addresses.length === 0) {
    const text = "no network interface but this computer's own: devices here are for this computer only";
    yield { status: "warning", subject, text, cure: "connect a network if others shall reach them" };
  }
  for (const { name, address } of addresses) {
    try {
      const { ms } = await serveAndAsk(session, address, keys);
      const text = `serve at tcp://${address} (${name}): it answers here in ${formatMs(ms)}`;
      yield { status: "well", subject, text };
    } catch (error) {
      const text = `nothing can be served at ${address} (${name}): ${messageOf(error)}`;
      yield {
        status: "broken",
        subject,
        text,
        cure: "open TCP ports 10000 to 12000 in this computer's firewall",
      };
    }
  }
}

async function serveAndAsk(
  session: Session,
  host: string,
  keys: KeyPair | undefined,
): Promise<{ readonly url: string; readonly ms: number }> {
  // What fails to load says so as a finding.
  const { openEndpoint } = await import("../../transport/transports.js");
  const contract = new ServiceContract("Doctor", "doctor", []);
  const identity = {
    name: "doctor",
    version: VERSION,
    instance: "doctor",
    clock: 0,
    maxTextBytes: DEFAULT_MAX_TEXT_BYTES,
    features: [],
  };
  const logger = commandLogger(session.output);
  const security = keys === undefined ? "plain" : { keys };
  const endpoint: RpcEndpoint = await openEndpoint(
    `tcp://${host}`,
    {
      handle(request) {
        const { signalPort, maxMessageBytes } = endpoint;
        request.reply([encodeJson(inventoryReply(contract, { ...identity, signalPort, maxMessageBytes }))]);
      },
      attended: () => [],
    },
    { security },
    logger,
  );
  const options = connectionOptions(session, { security });
  const client = new RpcClient(() => Promise.resolve(endpoint.url), undefined, options);
  try {
    await roundTrip(client, ANSWER_WITHIN_MS, session.signal);
    const { ms } = await roundTrip(client, ANSWER_WITHIN_MS, session.signal);
    return { url: endpoint.url, ms };
  } finally {
    await client.close();
    await endpoint.close();
  }
}

/** Debian gives a computer's own name the address 127.0.1.1, which others cannot reach. */
export async function checkHostName(): Promise<Finding> {
  const subject = "host name";
  const name = hostname();
  try {
    const { address } = await lookUpHost(name);
    if (!isLoopbackHost(address)) {
      return { status: "well", subject, text: `${name} is ${address}` };
    }
    const text = `${name} is ${address} on this computer: a device served at this name is for this computer only`;
    return { status: "warning", subject, text, cure: "serve at an address instead, or correct /etc/hosts" };
  } catch {
    const text = `${name} is not found by name`;
    return { status: "warning", subject, text, cure: "give others addresses instead of this name" };
  }
}

/** Whether a registry could listen here, or does. */
export async function checkRegistryPort(session: Session, keys: ChosenKeys): Promise<Finding> {
  const subject = `port ${REGISTRY_PORT}`;
  if (await isFree(REGISTRY_PORT)) {
    return { status: "well", subject, text: "free: rigwire registry can listen here" };
  }
  const { RegistryClient } = await import("../../registry/registry-client.js");
  const url = `tcp://${LOOPBACK}:${REGISTRY_PORT}`;
  const client = new RegistryClient(url, {
    ...keys.towardsRegistry(),
    logger: commandLogger(session.output),
    timeoutMs: ANSWER_WITHIN_MS,
  });
  try {
    // Known to nobody, so that nothing happens; an original answers as well.
    await client.unregister("rigwire-doctor", { signal: session.signal });
    return { status: "well", subject, text: `a registry answers at ${url}` };
  } catch (error) {
    if (error instanceof AuthenticationError) {
      const cure = keyCure(error) ?? "see docs/safety.md";
      return { status: "warning", subject, text: `what listens there ${keyProblem(error)}`, cure };
    }
    const text = "taken by a program that is no registry";
    return {
      status: "warning",
      subject,
      text,
      cure: "run the registry at another: rigwire registry --url tcp://*:5556",
    };
  } finally {
    await client.close();
  }
}

function withKeys(keys: KeyPair | undefined): string {
  return keys === undefined ? "" : ", with keys,";
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
