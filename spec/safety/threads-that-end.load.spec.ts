import { freshSocketPath } from "../support/socket-folder";
import { typeScriptProgram } from "../support/typescript-child";

const program = typeScriptProgram(`${__dirname}/programs/thread-process.ts`);

const TCP = "tcp://127.0.0.1";

/** Role, what it is called here, where a server is, and with what keys. */
const ENDPOINTS: readonly (readonly [role: string, what: string, url: () => string, keys: string])[] = [
  ["server", "tcp", () => TCP, ""],
  ["server", "ipc", () => `ipc://${freshSocketPath()}`, ""],
  ["server", "inproc", () => "inproc://motor", ""],
  ["server", "keys", () => TCP, "keys"],
  ["client", "tcp", () => TCP, ""],
];

const CODES: readonly (readonly [end: string, code: number])[] = [
  ["throw", 1],
  ["exit", 3],
];

describe("a worker thread with an open device or client", () => {
  const cases = ENDPOINTS.flatMap(([role, what, url, keys]) =>
    CODES.map(([end, code]) => [role, what, end, code, url, keys] as const),
  );

  it.each(cases)("ends alone: %s, %s, by %s", async (role, _what, end, code, url, keys) => {
    const child = program.start([role, url(), keys, end]);

    expect(await child.next()).toBe(code);
    expect(await child.next()).toBe("arrived");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });

  it.each<readonly [role: string, what: string, url: () => string]>([
    ["client", "tcp", () => TCP],
    ["server", "tcp", () => TCP],
    ["server", "ipc", () => `ipc://${freshSocketPath()}`],
    ["server", "unix", () => `unix://${freshSocketPath()}`],
    ["server", "ws", () => "ws://127.0.0.1:0"],
  ])("is terminated alone: %s, %s", async (role, _what, url) => {
    const child = program.start([role, url(), "", "terminate"]);

    expect(await child.next()).toBe(1);
    expect(await child.next()).toBe("arrived");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});
