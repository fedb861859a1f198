import { Reply } from "zeromq";
import { clientOf, connect } from "rigwire";
import { closing } from "../support/closing";

/** What a remote must not become, nor change, whatever a device calls its members. */
const NAMES = ["then", "catch", "finally", "toJSON", "__proto__", "constructor", "toString", "prototype", ""];

/** A device that offers what it likes, and answers every call with its name. */
async function strangeDevice(inventory: string): Promise<string> {
  const socket = closing(new Reply({ linger: 0 }));
  await socket.bind("tcp://127.0.0.1:*");
  void answer(socket, inventory);
  return socket.lastEndpoint!;
}

async function answer(socket: Reply, inventory: string): Promise<void> {
  for await (const [body] of socket) {
    const request = JSON.parse(body!.toString()) as { event: string; method?: string };
    const isInventory = request.event === "GET_INVENTORY";
    await socket.send(isInventory ? inventory : JSON.stringify({ success: true, result: request.method }));
  }
}

function inventoryOf(methods: string, members: string): string {
  const empty = `"buffer_methods":{},"signals":[],"properties":[],"name":"strange"`;
  const rigwire = `{"version":"1","type":"strange","instance":"i","clock":0,"signalPort":0,"features":[],"members":${members}}`;
  return `{"json_methods":${methods},${empty},"rigwire":${rigwire}}`;
}

describe("a device that names its members to do harm", () => {
  it.each([...NAMES.map((name) => [name]), NAMES])("does none: %j …", async (...names) => {
    const methods = `{${[...names, "focus"].map((name) => `${JSON.stringify(name)}:1000`).join(",")}}`;
    const url = await strangeDevice(inventoryOf(methods, "{}"));
    const remote = await connect<{ focus(): string }>(url);
    closing(clientOf(remote));
    expect(await remote.focus()).toBe("focus");
    expect(Object.getPrototypeOf(remote)).toBe(Object.prototype);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each(NAMES)("does none where it says that a method is the member %j of its class", async (member) => {
    const members = `{"focus":{"member":"focus"},"evil":{"member":${JSON.stringify(member)}}}`;
    const url = await strangeDevice(inventoryOf(`{"focus":1000,"evil":1000}`, members));
    const remote = await connect<{ focus(): string }>(url);
    closing(clientOf(remote));
    expect(await remote.focus()).toBe("focus");
    expect(Object.getPrototypeOf(remote)).toBe(Object.prototype);
  });
});
