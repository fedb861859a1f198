import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstValueFrom } from "rxjs";
import { CallContext, clientOf, generateKeys, JsonMethod, type KeyPair, RpcService, serve } from "rigwire";
import { connect, type ServerSecurity } from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { PLACES, temporaryFolder } from "./vault";

@RpcService({ type: "desk-bell" })
class Bell {
  @JsonMethod() whoRings(): string {
    return CallContext.current().client.key ?? "somebody";
  }
}

const [ofServer, ofDesk, ofBench] = [generateKeys(), generateKeys(), generateKeys()];
const logger = new RecordingLogger();

/** A folder with a file for each key. */
function folderOf(keys: Readonly<Record<string, KeyPair>>): string {
  const folder = join(temporaryFolder(), "allowed");
  mkdirSync(folder, { mode: 0o700 });
  for (const [name, { publicKey }] of Object.entries(keys)) {
    writeFileSync(join(folder, `${name}.pub`), `public ${publicKey}\n`, { mode: 0o600 });
  }
  return folder;
}

async function serveBell(url: string, allow: ServerSecurity["allow"]): Promise<string> {
  const security = { keys: ofServer, ...(allow !== undefined && { allow }) };
  return closing(await serve(new Bell(), { url, security, logger })).url;
}

/** What the device knows a new client with these keys by. */
async function nameOf(keys: KeyPair, url: string, local = false): Promise<string> {
  const security = { keys, serverKey: ofServer.publicKey };
  const bell = connect(Bell, url, { security, local, logger, timeoutMs: 8_000 });
  closing(clientOf(bell));
  const name = await bell.whoRings();
  const state = await firstValueFrom(clientOf(bell).state$);
  expect(state).toMatchObject({ kind: "connected", ...(local && { road: "local" }) });
  return name;
}

describe.each(PLACES)("over $place a device knows a client with a key", ({ url }) => {
  it("by the name of the key's file, on the local road too", async () => {
    const bell = await serveBell(url(), folderOf({ "desk 1": ofDesk, bänk: ofBench }));

    const names = [nameOf(ofDesk, bell), nameOf(ofBench, bell), nameOf(ofDesk, bell, true)];
    expect(await Promise.all(names)).toEqual(["desk 1", "bänk", "desk 1"]);
  });
});

it("a key that gets another name counts under it from the next connection on", async () => {
  const folder = folderOf({ desk: ofDesk });
  const bell = await serveBell("tcp://127.0.0.1", folder);
  expect(await nameOf(ofDesk, bell)).toBe("desk");
  renameSync(join(folder, "desk.pub"), join(folder, "door.pub"));

  expect(await nameOf(ofDesk, bell)).toBe("door");
});

it("a key without a file is known by itself, be it listed or the server's own", async () => {
  const bell = await serveBell("tcp://127.0.0.1", [ofDesk.publicKey]);

  expect(await nameOf(ofDesk, bell)).toBe(ofDesk.publicKey);
  expect(await nameOf(ofServer, bell)).toBe(ofServer.publicKey);
});

it("where any key is let in, none has a name", async () => {
  expect(await nameOf(ofDesk, await serveBell("tcp://127.0.0.1", "any"))).toBe("somebody");
});
