import { join } from "node:path";
import { Dealer } from "zeromq";
import { generateKeys } from "rigwire";
import { closing } from "../support/closing";
import { typeScriptProgram } from "../support/typescript-child";

jest.setTimeout(60_000);

const program = typeScriptProgram(join(__dirname, "programs/device-process.ts"));

const HEARTBEAT_MS = 500;
const BLOCK_MS = 3_000;
const LEAVES_AFTER_MS = 50;

/** More than are read ahead for one client, so that what comes after them, heartbeats too, is left unread. */
const WAITING = 60;

const call = (method: string, ...args: readonly unknown[]) =>
  JSON.stringify({ event: "METHOD_CALL", method, params: { args, kwargs: {} } });

interface Served {
  readonly url: string;
  readonly publicKey: string;
}

function keyedDealer({ url, publicKey: curveServerKey }: Served, options: object): Dealer {
  const { publicKey, secretKey } = generateKeys();
  const keys = { curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey };
  const socket = closing(new Dealer({ linger: 0, receiveTimeout: 20_000, ...keys, ...options }));
  socket.connect(url);
  return socket;
}

async function ask(socket: Dealer, method: string, ...args: readonly unknown[]): Promise<string> {
  await socket.send(["ask", "", call(method, ...args)]);
  const frames = await socket.receive();
  return String(frames.at(-1));
}

it.each([
  ["send no heartbeats", {}],
  ["send heartbeats", { heartbeatInterval: 10, heartbeatTimeout: 30_000, heartbeatTimeToLive: 60_000 }],
])("clients with keys that %s may leave while a device stands still: it goes on", async (_, options) => {
  const device = program.start(["with-keys", JSON.stringify({ heartbeatMs: HEARTBEAT_MS })]);
  const served = (await device.next()) as Served;
  const leaving = Array.from({ length: 4 }, () => keyedDealer(served, options));
  for (const client of leaving) expect(await ask(client, "stop")).toContain("true");
  const staying = keyedDealer(served, {});
  expect(await ask(staying, "stop")).toContain("true");

  const blocked = ask(staying, "block", BLOCK_MS);
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const client of leaving) {
    for (let sent = 0; sent < WAITING; sent++) await client.send([String(sent), "", call("echo", sent)]);
    // The requests are on their way, and a heartbeat behind them where there are any.
    await new Promise((resolve) => setTimeout(resolve, LEAVES_AFTER_MS));
    client.close();
  }
  await blocked;

  for (let count = 0; count < 20; count++) expect(await ask(staying, "stop")).toContain("true");
  device.send("end");
  expect(await device.ended).toEqual({ code: 0, signal: null });
});
