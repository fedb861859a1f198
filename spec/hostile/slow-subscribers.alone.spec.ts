import { join } from "node:path";
import { clientOf, connect } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { typeScriptProgram } from "../support/typescript-child";
import { Probe } from "./programs/device-process";

jest.setTimeout(90_000);

const device = typeScriptProgram(join(__dirname, "programs/device-process.ts"));
const subscriber = typeScriptProgram(join(__dirname, "programs/subscriber-process.ts"));

interface Case {
  readonly what: string;
  readonly rate: number;
  readonly seconds: number;
  readonly blockMs: number;
  readonly handlerMs: number;
  readonly options: object;
}

const cases: readonly Case[] = [
  {
    what: "stands still for 10 s at 20 kHz",
    rate: 20_000,
    seconds: 11,
    blockMs: 10_000,
    handlerMs: 0,
    options: {},
  },
  {
    what: "stands still for 10 s at 50 Hz with room for 100",
    rate: 50,
    seconds: 11,
    blockMs: 10_000,
    handlerMs: 0,
    options: { signalHighWaterMark: 100 },
  },
  {
    what: "takes 1.5 ms for each at 2 kHz",
    rate: 2_000,
    seconds: 6,
    blockMs: 0,
    handlerMs: 1.5,
    options: {},
  },
];

describe.each(["device", "with-keys"])("a subscriber of a %s", (what) => {
  it.each(what === "device" ? cases : cases.slice(0, 1))(
    "that $what goes on, and what it heard and missed is what was sent",
    async ({ rate, seconds, blockMs, handlerMs, options }) => {
      const served = device.start([what, JSON.stringify(options)]);
      const { url, secretKey, publicKey } = (await served.next()) as Record<string, string>;
      const security =
        what === "device" ? {} : { security: { keys: { publicKey, secretKey }, serverKey: publicKey } };
      const probe = connect(Probe, String(url), { ...security } as object);
      closing(clientOf(probe));
      const child = subscriber.start([
        String(url),
        String(handlerMs),
        JSON.stringify({ ...options, ...security }),
      ]);
      expect(await child.next()).toBe("ready");

      const flooding = probe.flood(rate, seconds);
      if (blockMs > 0) child.send({ blockMs });
      let sent = await flooding;
      let account = { heard: 0, missed: 0 };
      await eventually(
        "everything is accounted for",
        async () => {
          const before = account;
          child.send({});
          account = (await child.next()) as typeof account;
          if (account.heard + account.missed >= sent) return true;
          // It is a later one that tells of those before it.
          if (account.heard === before.heard) sent += await probe.flood(1, 1);
          return false;
        },
        60_000,
      );
      child.send({});
      account = (await child.next()) as typeof account;
      process.stdout.write(`${what}: sent ${sent}, heard ${account.heard}, missed ${account.missed}\n`);
      expect(account.heard + account.missed).toBe(sent);

      child.send({ end: true });
      expect(await child.ended).toEqual({ code: 0, signal: null });
      served.send("end");
      expect(await served.ended).toEqual({ code: 0, signal: null });
    },
  );
});
