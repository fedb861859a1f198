import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWithPython, type PythonPeer } from "../interop/python-peer";
import { typeScriptProgram } from "../support/typescript-child";

const WATCHDOG_MS = 400;

/** A program that is started to send may take its time on a busy computer. */
const ON_ITS_WAY_MS = 500;

interface Notice {
  readonly text: string;
  readonly at: number;
}

const hasSystemd = spawnSync("systemd-notify", ["--version"]).status === 0;

(hasSystemd ? describe : describe.skip)("with systemd's own program", () => {
  describeWithPython([], "a service of systemd", (python) => {
    const program = typeScriptProgram(`${__dirname}/programs/service-process.ts`);
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "rigwire-notify-"))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    async function start(environment: Readonly<Record<string, string>> = {}) {
      const path = join(folder, "notify");
      const socket = python.start("notify_socket.py", [path]);
      expect(await socket.next()).toBe("listening");
      return { socket, child: program.start([], { NOTIFY_SOCKET: path, ...environment }) };
    }

    it("tells that it is ready, that it stops, and nothing of a watchdog that is not asked for", async () => {
      const { socket, child } = await start();
      expect(await nextText(socket)).toBe("READY=1");
      expect(await child.next()).toBe("started");
      child.send(0);

      expect(await nextText(socket)).toBe("STOPPING=1");
      expect(await child.ended).toEqual({ code: 0, signal: null });
    });

    it("tells the watchdog within its interval, but not while its event loop hangs", async () => {
      const { socket, child } = await start({ WATCHDOG_USEC: String(WATCHDOG_MS * 1_000) });
      expect(await nextText(socket)).toBe("READY=1");
      await child.next();
      expect(await nextText(socket)).toBe("WATCHDOG=1");
      expect(await nextText(socket)).toBe("WATCHDOG=1");
      child.send(4 * WATCHDOG_MS);
      const { from, to } = (await child.next()) as { from: number; to: number };
      const notices: Notice[] = [];
      while ((notices.at(-1)?.at ?? 0) < to) notices.push((await socket.next()) as Notice);

      const meanwhile = notices.filter(({ at }) => at > from + ON_ITS_WAY_MS && at < to);
      expect(meanwhile).toEqual([]);
    });

    it("tells why a device does not serve in the place of the watchdog, until it serves again", async () => {
      const { socket, child } = await start({ WATCHDOG_USEC: String(WATCHDOG_MS * 1_000) });
      expect(await nextText(socket)).toBe("READY=1");
      await child.next();
      child.send("the lamp is out");
      let text = await nextText(socket);
      while (text === "WATCHDOG=1") text = await nextText(socket);
      expect(text).toMatch(/^STATUS=\S+ is not serving: the lamp is out$/);
      child.send("mended");

      expect(await nextText(socket)).toBe("STATUS=");
      expect(await nextText(socket)).toBe("WATCHDOG=1");
    });

    it("leaves the watchdog to the process that it watches", async () => {
      const { socket, child } = await start({ WATCHDOG_USEC: "1000", WATCHDOG_PID: "1" });
      expect(await nextText(socket)).toBe("READY=1");
      await child.next();
      child.send(300);
      await child.next();
      child.send(0);

      expect(await nextText(socket)).toBe("STOPPING=1");
    });

    it("that cannot tell goes on all the same", async () => {
      const child = program.start([], { NOTIFY_SOCKET: join(folder, "nobody") });
      expect(await child.next()).toBe("started");
      child.send(0);

      expect(await child.ended).toEqual({ code: 0, signal: null });
      expect(child.stderr).toContain("systemd could not be told READY=1");
    });
  });
});

async function nextText(socket: PythonPeer): Promise<string> {
  return ((await socket.next()) as Notice).text.trim();
}
