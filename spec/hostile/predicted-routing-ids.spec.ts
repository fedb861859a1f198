import { join } from "node:path";
import { Dealer } from "zeromq";
import { generateKeys } from "rigwire";
import { closing } from "../support/closing";
import { RawPeer } from "../support/raw-peer";
import { typeScriptProgram } from "../support/typescript-child";

const program = typeScriptProgram(join(__dirname, "programs/device-process.ts"));

/** The names that ZeroMQ's first sockets of a process give their clients begin with these numbers, always. */
const FIRST_NAMES = [0x6b8b4567, 0xe43c9869, 0xf4b0dc51, 0xfdf1cdc8];
const CLAIMED_OF_EACH = 16;

/** ZeroMQ's own name for a client: a zero byte and a number. */
function nameOf(number: number): Buffer {
  const name = Buffer.alloc(5);
  name.writeUInt32BE(number >>> 0, 1);
  return name;
}

interface Served {
  readonly url: string;
  readonly publicKey: string;
}

describe.each([
  ["device", { event: "GET_INVENTORY" }],
  ["registry", { event: "CHECK_ALIVE", payload: { uuid: "none" } }],
])("a %s whose clients claim the names of the next ones", (what, question) => {
  it("goes on, answers everybody, and ends with exit code 0", async () => {
    const child = program.start([what]);
    const { url } = (await child.next()) as Served;
    const claims = FIRST_NAMES.flatMap((first) =>
      Array.from({ length: CLAIMED_OF_EACH }, (_, index) => nameOf(first + index)),
    );
    const claiming = await Promise.all(claims.map((name) => RawPeer.open(url, "DEALER", name)));
    await Promise.all(claiming.slice(0, 4).map((peer) => peer.request(question)));

    const honest = [];
    for (let count = 0; count < 2 * CLAIMED_OF_EACH; count++) {
      const peer = await RawPeer.open(url, "REQ");
      honest.push(peer);
      expect(await peer.request(question)).toBeInstanceOf(Object);
    }

    for (const peer of [...claiming, ...honest]) peer.close();
    child.send("end");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});

describe("a device with keys", () => {
  it("names its clients itself, whatever they claim to be called", async () => {
    const child = program.start(["with-keys"]);
    const { url, publicKey: curveServerKey } = (await child.next()) as Served;
    const clients = Array.from({ length: 20 }, () => {
      const { publicKey, secretKey } = generateKeys();
      const keys = { curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey };
      const socket = closing(
        new Dealer({ linger: 0, receiveTimeout: 10_000, routingId: "the same", ...keys }),
      );
      socket.connect(url);
      return socket;
    });

    // Of two with the same name a ROUTER of ZeroMQ's serves only the first.
    for (const socket of clients) {
      await socket.send(["1", "", JSON.stringify({ event: "GET_INVENTORY" })]);
      const [id] = await socket.receive();
      expect(String(id)).toBe("1");
    }

    for (const socket of clients) socket.close();
    child.send("end");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});
