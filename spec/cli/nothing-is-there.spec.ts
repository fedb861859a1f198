import { type AddressInfo, createServer, type Socket } from "node:net";
import { commandLine } from "./support/command-line";

const rigwire = commandLine();

/** An address where nothing listens: a port that was free a moment ago. */
async function emptyAddress(): Promise<string> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" ? (address?.port ?? 0) : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return `tcp://127.0.0.1:${port}`;
}

describe("where nothing is there", () => {
  it("every command about a device ends with 3 and one line that says why", async () => {
    const url = await emptyAddress();
    const commands = [["inspect"], ["call", "x"], ["set", "x", "1"], ["watch"], ["types"], ["ping"]];
    const results = await Promise.all(
      commands.map(([name = "", ...rest]) => rigwire.run(name, url, ...rest)),
    );
    for (const { code, stdout, stderr } of results) {
      expect(stderr).toMatch(/^rigwire: .* is not reachable: connection refused; .*\n$/);
      expect(stdout).toBe("");
      expect(code).toBe(3);
    }
  });

  it("a name that nobody has is told with the places that were asked", async () => {
    const registry = await emptyAddress();
    const [local, remote, none] = await Promise.all([
      rigwire.run("get", "oven"),
      rigwire.run("get", "oven", "--registry", registry),
      rigwire.run("devices"),
    ]);
    expect(local.code).toBe(3);
    expect(local.stderr).toContain('there is no device "oven" in this computer\'s advertisements');
    expect(remote.code).toBe(3);
    expect(remote.stderr).toContain(`the registry at ${registry} is not reachable: connection refused`);
    expect(none).toMatchObject({ code: 0, stdout: "" });
    expect(none.stderr).toBe(
      "no device in this computer's advertisements; look elsewhere with --registry URL or --rpyc or --mdns or --fleet URL\n",
    );
  });

  it("somebody who keeps silent can be left with Ctrl-C: nothing was sent", async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => sockets.add(socket.on("error", () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const command = rigwire.start("call", `127.0.0.1:${port}`, "move");
      await new Promise((resolve) => server.once("connection", resolve));
      command.signal();
      expect(await command.ended).toEqual({
        code: 130,
        stdout: "",
        stderr: `rigwire: stopped before tcp://127.0.0.1:${port} answered; nothing was sent\n`,
      });
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("an error is a JSON line where JSON is asked for", async () => {
    const url = await emptyAddress();
    const { stderr } = await rigwire.run("get", url, "--json");
    expect(JSON.parse(stderr)).toEqual({
      error: `${url} is not reachable: connection refused`,
      cure: expect.any(String),
      exitCode: 3,
    });
  });
});

describe("a command line", () => {
  it("that is wrong ends with 2 and one line that says what would be right", async () => {
    const results = await Promise.all([
      rigwire.run("devics"),
      rigwire.run("call", "tcp://127.0.0.1:9"),
      rigwire.run("devices", "--jsn"),
      rigwire.run("get", "tcp://127.0.0.1:port"),
      rigwire.run("get", "tcp://127.0.0.1"),
      rigwire.run("devices", "--registry", "10.0.0.1:port"),
      rigwire.run("watch", "tcp://127.0.0.1:9", "--count", "many"),
      rigwire.run("serve", "nothing.js"),
    ]);
    const told = [
      'there is no command "devics" (did you mean devices?)',
      "missing required argument 'method'; see rigwire call --help",
      "unknown option '--jsn' (Did you mean --json?)",
      '"tcp://127.0.0.1:port" is no address',
      "tcp://127.0.0.1 names no port: as in tcp://127.0.0.1:9000",
      '"tcp://10.0.0.1:port" is no address',
      '--count takes a whole number above 0, not "many"',
      "there is no file",
    ];
    results.forEach(({ code, stderr }, index) => {
      expect(stderr).toContain(told[index]);
      expect(stderr.trimEnd()).not.toContain("\n");
      expect(code).toBe(2);
    });
  });

  it("can be asked for: every command has a help text with an example", async () => {
    const { stdout } = await rigwire.run("--help");
    const names = [...stdout.matchAll(/^ {2}([a-z]+) (?:DEVICE|FILE|A B|\[PATH\]|\[options\]|bash)/gm)].map(
      ([, name = ""]) => name,
    );
    expect(names).toHaveLength(18);
    const helps = await Promise.all(names.map((name) => rigwire.run(name, "--help")));
    helps.forEach(({ code, stdout: help }, index) => {
      expect(help).toMatch(/Examples?:\n {2}\$ /);
      expect(help).toContain(`Usage: rigwire ${names[index] ?? ""}`);
      expect(help).toContain("--json");
      expect(code).toBe(0);
    });
  });
});
