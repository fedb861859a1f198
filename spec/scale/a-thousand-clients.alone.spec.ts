import { join } from "node:path";
import { eventually } from "../support/eventually";
import { typeScriptProgram, type TypeScriptChild } from "../support/typescript-child";
import { type HallOrder, type HallState } from "./programs/hall-process";

jest.setTimeout(60_000);

const CLIENTS = 1_000;
const ANNOUNCEMENTS = 3;

/**
 * What a client may leave behind in the server's heap: a twentieth of what is kept of one while it is there. Most of it
 * is code that was compiled meanwhile and rooms of the engine's that are filled again: four thousand clients leave no
 * more than a thousand.
 */
const LEFT_BYTES_EACH = 1_500;

const hallProgram = typeScriptProgram(join(__dirname, "programs/hall-process.ts"));
const fullProgram = typeScriptProgram(join(__dirname, "programs/full-process.ts"));
const crowdProgram = typeScriptProgram(join(__dirname, "programs/crowd.ts"));

it("a thousand clients of one process get their own answers and every signal, and leave nothing behind", async () => {
  const server = hallProgram.start();
  const url = String(await server.next());
  // What is loaded and compiled once is no client's.
  await visit(server, url, 200);
  const before = await stateOf(server);

  expect(await visit(server, url, CLIENTS)).toEqual([
    { answered: CLIENTS, problems: [] },
    { heard: CLIENTS },
    "left",
  ]);

  await eventually("the server let go of their connections", async () => {
    const { descriptors, hasListeners } = await stateOf(server);
    return descriptors <= before.descriptors && !hasListeners;
  });
  // The engine lets go of some of it only when it has collected a few times.
  await eventually("what the clients took in the server's heap is free again", async () => {
    const { heapBytes } = await stateOf(server);
    return heapBytes - before.heapBytes < CLIENTS * LEFT_BYTES_EACH;
  });
});

it("a process that may not open so many files tells how to raise the limit, and the others go on", async () => {
  const server = hallProgram.start();
  const url = String(await server.next());
  // On the local road each needs one.
  const crowd = crowdProgram.start([url, "200", "1", "1000"], {}, { openFiles: 150 });

  const { answered, problems } = (await crowd.next()) as { answered: number; problems: string[] };

  expect(answered).toBeLessThan(200);
  expect(problems).toContainEqual(
    expect.stringMatching(
      /^DeviceUnavailableError: .* as many files and sockets open as the system allows: raise the limit with ulimit -n/,
    ),
  );
  expect(await visit(server, url, 1)).toEqual([{ answered: 1, problems: [] }, { heard: 1 }, "left"]);
});

it("a server that may not open so many files says so, and serves those that are there", async () => {
  const server = hallProgram.start([], {}, { openFiles: 100 });
  const url = String(await server.next());
  const guest = crowdProgram.start([url, "1", "1"]);
  expect(await guest.next()).toEqual({ answered: 1, problems: [] });
  crowdProgram.start([url, "100", "1"]);

  await eventually("it tells that there is no more room", () =>
    /no further client can connect: this process has as many files and sockets open .* ulimit -n/.test(
      server.stderr,
    ),
  );
  order(server, { announce: 1 });
  expect(await guest.next()).toEqual({ heard: 1 });
});

it("where no more files may be opened, a server that cannot start leaves none open, and one closes", async () => {
  const full = fullProgram.start([], {}, { openFiles: 100 });

  expect(await full.next()).toMatch(/^a device at .* needs \d+ files and sockets, .* ulimit -n/);
  expect(await full.next()).toBe("closed");
});

/** What a crowd of clients tells. */
async function visit(server: TypeScriptChild, url: string, clients: number): Promise<unknown[]> {
  const crowd = crowdProgram.start([url, String(clients), String(ANNOUNCEMENTS)]);
  const answered = await crowd.next();
  order(server, { announce: ANNOUNCEMENTS });
  const heard = await crowd.next();
  crowd.send("leave");
  const left = await crowd.next();
  expect(await crowd.ended).toEqual({ code: 0, signal: null });
  return [answered, heard, left];
}

async function stateOf(server: TypeScriptChild): Promise<HallState> {
  order(server, { tell: "state" });
  return (await server.next()) as HallState;
}

function order(server: TypeScriptChild, what: HallOrder): void {
  server.send(what);
}
