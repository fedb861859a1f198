import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstValueFrom, timeout } from "rxjs";
import { Dealer } from "zeromq";
import {
  AddressError,
  clientOf,
  ConnectionLostError,
  DeviceUnavailableError,
  serve,
  withOptions,
} from "rigwire";
import { parseAddress } from "../../lib/address/address";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { connectStage, Stage } from "./stage";

let names = 0;

/** A folder that goes with the test. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "rigwire-ipc-"));
  closing({ close: () => rmSync(path, { recursive: true, force: true }) });
  return path;
}

describe("a server on TCP", () => {
  it("takes random ports in the originals' range, each its own", async () => {
    const servers = await Promise.all(
      Array.from({ length: 10 }, async () => closing(await serve(new Stage(), { url: "tcp://127.0.0.1" }))),
    );
    const ports = servers.map(({ url }) => {
      const address = parseAddress(url);
      return address.scheme === "tcp" ? address.port! : 0;
    });

    expect(new Set(ports).size).toBe(10);
    for (const port of ports) {
      expect(port).toBeGreaterThanOrEqual(10_000);
      expect(port).toBeLessThanOrEqual(12_000);
    }
  });

  it("publishes its signals at the port that it is told", async () => {
    const device = new Stage();
    const signalPort = await freePort();
    const { url } = closing(await serve(device, { signalPort }));
    const stage = connectStage(closing, url);
    const moved = firstValueFrom(stage.moved.pipe(timeout(5_000)));

    await stage.moveTo(1);

    expect(await moved).toBe(1);
    expect((await clientOf(stage).inventory()).rigwire?.signalPort).toBe(signalPort);
  });

  it("is told that its signals' port is taken", async () => {
    const signalPort = await freePort();
    closing(await serve(new Stage(), { url: `tcp://127.0.0.1:${signalPort}` }));

    await expect(serve(new Stage(), { signalPort })).rejects.toThrow(
      `cannot serve at tcp://127.0.0.1:${signalPort}: another process has the address`,
    );
  });

  it("names the cure where the port is taken", async () => {
    const port = await freePort();
    const url = `tcp://127.0.0.1:${port}`;
    const first = closing(await serve(new Stage(), { url }));

    const second = serve(new Stage(), { url });

    await expect(second).rejects.toThrow(AddressError);
    await expect(second).rejects.toThrow(
      `cannot serve at ${url}: another process has the address; choose another port, or leave it out to get a free one`,
    );
    expect(await connectStage(closing, first.url).moveTo(1)).toBe(1);
  });

  it("is told a host that is none of this computer's", async () => {
    await expect(serve(new Stage(), { url: "tcp://192.0.2.1:9000" })).rejects.toThrow(
      "cannot serve at tcp://192.0.2.1:9000: the host is none of this computer's addresses",
    );
  });

  it.each(["localhost", "127.0.0.1", "[::1]"])("serves at %s with signals", async (host) => {
    const device = new Stage();
    const server = closing(await serve(device, { url: `tcp://${host}` }));
    expect(server.url).toContain(host);
    const stage = connectStage(closing, server.url);
    const moved = firstValueFrom(stage.moved.pipe(timeout(5_000)));

    expect(await stage.moveTo(1)).toBe(1);
    expect(await moved).toBe(1);
  });

  it("frees its ports when it closes", async () => {
    const url = `tcp://127.0.0.1:${await freePort()}`;
    for (let round = 0; round < 3; round++) {
      const server = await serve(new Stage(), { url });
      await server.close();
      await server.close();
    }
  });

  it("answers a client that waited for it and is quicker than its start", async () => {
    const url = `tcp://127.0.0.1:${await freePort()}`;
    const dealer = closing(new Dealer({ linger: 0, reconnectInterval: 1 }));
    dealer.connect(url);
    await dealer.send(["1", "", '{"event": "GET_INVENTORY"}']);

    closing(await serve(new Stage(), { url }));

    const [id, , inventory] = await dealer.receive();
    expect(id!.toString()).toBe("1");
    expect(JSON.parse(inventory!.toString())).toHaveProperty("json_methods");
  });
});

describe("a server on ipc", () => {
  it("serves calls and signals, and leaves no file", async () => {
    const path = join(folder(), "stage");
    const server = await serve(new Stage(), { url: `ipc://${path}` });
    expect(server.url).toBe(`ipc://${path}`);
    const stage = connectStage(closing, server.url);
    const moved = firstValueFrom(stage.moved.pipe(timeout(5_000)));

    expect(await stage.moveTo(1)).toBe(1);
    expect(await moved).toBe(1);

    await server.close();
    await eventually("the files are gone", () => readdirSync(join(path, "..")).length === 0);
  });

  it("does not take the path from a server that lives", async () => {
    const url = `ipc://${join(folder(), "stage")}`;
    const first = new Stage();
    closing(await serve(first, { url }));

    await expect(serve(new Stage(), { url })).rejects.toThrow(
      `cannot serve at ${url}: another server has the address`,
    );

    await connectStage(closing, url).moveTo(1);
    expect(first.moves).toEqual([1]);
  });

  it("takes the place of a socket file that a dead server left", async () => {
    const path = join(folder(), "stage");
    leaveSocketFile(path);
    expect(existsSync(path)).toBe(true);

    closing(await serve(new Stage(), { url: `ipc://${path}` }));

    expect(await connectStage(closing, `ipc://${path}`).moveTo(1)).toBe(1);
  });

  it("leaves a file alone that is no socket", async () => {
    const path = join(folder(), "notes.txt");
    writeFileSync(path, "of value");

    await expect(serve(new Stage(), { url: `ipc://${path}` })).rejects.toThrow(
      `cannot serve at ipc://${path}: there is a file that is no socket`,
    );

    expect(existsSync(path)).toBe(true);
  });

  it("is told where the folder is missing", async () => {
    await expect(serve(new Stage(), { url: `ipc://${folder()}/no/stage` })).rejects.toThrow(
      /^cannot serve at .*: the folder does not exist$/,
    );
  });

  it("that closes ends the calls in flight", async () => {
    const url = `ipc://${join(folder(), "stage")}`;
    const device = new Stage();
    const server = await serve(device, { url, closeGraceMs: 50 });
    const stage = connectStage(closing, url);
    const call = stage.hold(1).catch((thrown: unknown) => thrown);
    await eventually("the call runs", () => device.moves.length === 1);

    await server.close();

    expect(await call).toBeInstanceOf(ConnectionLostError);
  });
});

describe("a server in the same process", () => {
  function url(): string {
    return `inproc://stage-${++names}`;
  }

  it("serves calls and signals", async () => {
    const server = closing(await serve(new Stage(), { url: url() }));
    const stage = connectStage(closing, server.url);
    const moved = firstValueFrom(stage.moved.pipe(timeout(5_000)));

    expect(await stage.moveTo(1)).toBe(1);
    expect(await moved).toBe(1);
    expect((await stage.bytes(10))[0]).toEqual(Buffer.alloc(10, 7));
  });

  it("that is not there yet gets the calls that still wait when it comes, and no others", async () => {
    const at = url();
    const stage = connectStage(closing, at);
    await expect(withOptions(stage, { timeoutMs: 50 }).moveTo(1)).rejects.toThrow(
      new DeviceUnavailableError(
        `device.moveTo was not sent: the device was not reachable within 50 ms (${at}: nothing in this process serves it)`,
      ),
    );
    const waiting = stage.moveTo(2);

    const device = new Stage();
    closing(await serve(device, { url: at }));

    expect(await waiting).toBe(2);
    expect(device.moves).toEqual([2]);
  });

  it("that closes fails the calls in flight, and is found again when it comes back", async () => {
    const at = url();
    const server = await serve(new Stage(), { url: at, closeGraceMs: 50 });
    const stage = connectStage(closing, at);
    const heard: number[] = [];
    stage.moved.subscribe((position) => heard.push(position));
    const call = stage.hold(1).catch((thrown: unknown) => thrown);
    await stage.moveTo(1);

    await server.close();
    expect(await call).toBeInstanceOf(ConnectionLostError);

    closing(await serve(new Stage(), { url: at }));
    expect(await stage.moveTo(2)).toBe(2);
    await eventually("the signal arrives", () => heard.includes(2));
  });

  it("is not served twice under one name", async () => {
    const at = url();
    closing(await serve(new Stage(), { url: at }));

    await expect(serve(new Stage(), { url: at })).rejects.toThrow(
      `cannot serve at ${at}: another server has the address`,
    );
    expect(await connectStage(closing, at).moveTo(1)).toBe(1);
  });
});

describe("a server that closes", () => {
  it.each(["tcp", "ipc", "inproc"])(
    "on %s frees its address at once, also while clients use it",
    async (scheme) => {
      const urls = {
        tcp: `tcp://127.0.0.1:${await freePort()}`,
        ipc: `ipc://${folder()}/stage`,
        inproc: "inproc://freed",
      };
      const url = urls[scheme as keyof typeof urls];
      for (let round = 0; round < 10; round++) {
        const server = await serve(new Stage(), { url });
        const stage = connectStage(closing, url);
        stage.moved.subscribe();
        expect(await stage.moveTo(round)).toBe(round);
        await server.close();
      }
    },
  );

  it.each(["tcp://127.0.0.1", "ipc", "inproc://closing"])(
    "at %s still answers what is done",
    async (where) => {
      for (let round = 0; round < 20; round++) {
        const device = new Stage();
        const url = where === "ipc" ? `ipc://${join(folder(), "stage")}` : where;
        const server = await serve(device, { url });
        const stage = connectStage(closing, server.url);
        const call = stage.hold(round);
        await eventually("the call runs", () => device.moves.length === 1);

        device.release();
        await server.close();

        expect(await call).toBe(round);
        await clientOf(stage).close();
      }
    },
  );
});

/** A socket file on which nobody listens any more, as a killed process leaves it. */
function leaveSocketFile(path: string): void {
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
}
