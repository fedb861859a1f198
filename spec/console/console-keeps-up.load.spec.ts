import { setTimeout as delay } from "node:timers/promises";
import { type CDPSession } from "playwright-core";
import { interval, map } from "rxjs";
import { dashboardText, type Tile } from "../../lib/console/dashboard/dashboard";
import { RpcService, Signal } from "../../lib/index";
import { eventually } from "../support/eventually";
import { HAS_BROWSER, OpenedConsole } from "./opened-console";

const DEVICES = 20;
const SIGNALS = 50;

/** 10 Hz. */
const EVERY_MS = 100;

const SHOWN_WITHIN_MS = 60_000;

/** How long the page is watched, in milliseconds. */
const WATCHED_MS = 10_000;

/** A page that is busy for longer, of a second, is in the way of whoever uses it, also on a machine with other work. */
const MOST_BUSY = 0.9;

@RpcService({ type: "sensor" })
class Sensor {
  @Signal(Number, { unit: "V" }) readonly first = wave(7);
  @Signal(Number, { unit: "A" }) readonly second = wave(11);
  @Signal(Number, { unit: "mbar" }) readonly third = wave(13);
}

function wave(slowness: number) {
  return interval(EVERY_MS).pipe(map((at) => Math.sin(at / slowness)));
}

(HAS_BROWSER ? describe : describe.skip)("the console with 20 devices and 50 signals of 10 Hz", () => {
  let opened: OpenedConsole;

  beforeAll(async () => {
    opened = await OpenedConsole.start();
    for (const name of nameOfDevices()) await opened.served.serve(name, new Sensor());
  }, 90_000);
  afterAll(() => opened.close());

  it("shows them all soon, and is not busy with it", async () => {
    const page = await opened.open("#/log");
    await page.evaluate(
      `localStorage.setItem("rigwire-console-dashboard", ${JSON.stringify(dashboardText(tiles()))})`,
    );
    await page.goto("about:blank");
    await page.goto(`${opened.served.url}#/dashboard`);
    const shown = async (count: number) => {
      const isThere = `document.querySelectorAll(".tile canvas").length >= ${count} && performance.now()`;
      let at = 0;
      const look = async () => (at = Number(await page.evaluate(isThere))) > 0;
      await eventually(`${count} plots`, look, SHOWN_WITHIN_MS);
      return at;
    };
    const [first, all] = [await shown(1), await shown(SIGNALS)];
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    const before = await busySeconds(session);
    const startedAt = performance.now();
    await delay(WATCHED_MS);
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = await busySeconds(session);
    const [tasks, scripts] = [
      (after.tasks - before.tasks) / seconds,
      (after.scripts - before.scripts) / seconds,
    ];
    process.stdout.write(
      `page: first live value ${first.toFixed(0)} ms and all ${SIGNALS} plots ${all.toFixed(0)} ms after it was opened, ` +
        `busy ${(tasks * 100).toFixed(1)} % of a core, ${(scripts * 100).toFixed(1)} % in scripts\n`,
    );

    expect(tasks).toBeLessThan(MOST_BUSY);
    await page.context().close();
  }, 120_000);
});

function nameOfDevices(): string[] {
  return Array.from({ length: DEVICES }, (_, at) => `sensor-${at + 1}`);
}

function tiles(): Tile[] {
  const pins = nameOfDevices().flatMap((device) =>
    ["first", "second", "third"].map((member) => ({ device, member, kind: "plot", width: 1 }) as const),
  );
  return pins.slice(0, SIGNALS);
}

/** Of the page's main thread since it began. */
async function busySeconds(
  session: CDPSession,
): Promise<{ readonly tasks: number; readonly scripts: number }> {
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
  return { tasks: of("TaskDuration"), scripts: of("ScriptDuration") };
}
