import { BusyError, CallAbortedError, DeviceUnavailableError, RpcTimeoutError, withOptions } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { rawDealer } from "../support/raw-client";
import { OVER_THE_WIRE, TcpProxy } from "../support/tcp-proxy";
import { ROADS, connectMotor, motorProcesses, serveMotor, targetOf } from "./motor-clients";

const startMotor = motorProcesses();

describe.each(ROADS)("%s,", (_, road) => {
  describe("a call to a device that is down", () => {
    it("fails at its deadline, and is not run when the device comes up later", async () => {
      const url = `tcp://127.0.0.1:${await freePort()}`;
      const motor = connectMotor(url, road);
      const calledAt = performance.now();
      const error: unknown = await withOptions(motor, { timeoutMs: 500 })
        .moveTo(1)
        .catch((thrown: unknown) => thrown);

      expect(error).toBeInstanceOf(DeviceUnavailableError);
      expect(performance.now() - calledAt).toBeGreaterThanOrEqual(499);
      await startMotor(url);
      expect(await motor.history()).toEqual([]);
    });

    it("waits in the client, and is run once when the device comes up in time", async () => {
      const url = `tcp://127.0.0.1:${await freePort()}`;
      const motor = connectMotor(url, road);
      const moves = [1, 2, 3].map((position) => motor.moveTo(position));
      await startMotor(url);

      expect(await Promise.all(moves)).toEqual(["arrived", "arrived", "arrived"]);
      expect(await motor.history()).toEqual([1, 2, 3]);
    });
  });

  describe("a device whose process was stopped", () => {
    it("runs none of twenty calls whose client gave up meanwhile, when it goes on", async () => {
      const { child, url } = await startMotor("tcp://127.0.0.1", { heartbeatMs: 60_000 });
      const motor = connectMotor(url, { ...road, heartbeatMs: 60_000 });
      await motor.history();
      child.signal("SIGSTOP");
      const hasty = withOptions(motor, { timeoutMs: 300 });
      const moves = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => hasty.moveTo(index)));
      child.signal("SIGCONT");

      for (const move of moves) expect(move).toMatchObject({ reason: expect.any(RpcTimeoutError) });
      expect(await motor.history()).toEqual([]);
    });

    it("runs none that reached it in time but whose deadline passed, from a client that cannot cancel", async () => {
      const { child, url } = await startMotor();
      const dealer = rawDealer(url);
      await dealer.request("clock", { event: "GET_INVENTORY" });
      const [inventory] = await dealer.replies(1);
      const toldAt = performance.now();
      const { clock } = inventory?.reply.rigwire as { clock: number };
      child.signal("SIGSTOP");
      for (let index = 0; index < 20; index++) {
        const params = { args: [index], kwargs: {} };
        const deadline = clock + 300;
        await dealer.request(String(index), { event: "METHOD_CALL", method: "moveTo", params, deadline });
      }
      await eventually("the deadlines passed", () => performance.now() - toldAt > 300);
      child.signal("SIGCONT");

      expect(await connectMotor(url, road).history()).toEqual([]);
    });
  });

  describe("a device whose event loop was blocked", () => {
    it("starts no call whose deadline passed meanwhile", async () => {
      const { url } = await startMotor();
      const motor = connectMotor(url, road);
      await motor.history();
      const blocked = motor.block(700);
      const late = withOptions(motor, { timeoutMs: 200 }).moveTo(1);

      await expect(late).rejects.toThrow(RpcTimeoutError);
      await blocked;
      expect(await motor.history()).toEqual([]);
    });
  });

  describe("a wire that carries nothing for a while", () => {
    it("delivers no command that was given up meanwhile", async () => {
      const { motor: device, url } = await serveMotor({ heartbeatMs: 60_000 });
      const proxy = closing(await TcpProxy.open(targetOf(url)));
      const motor = connectMotor(proxy.url, { ...OVER_THE_WIRE, heartbeatMs: 60_000 });
      await motor.history();
      proxy.stall();
      await expect(withOptions(motor, { timeoutMs: 200 }).moveTo(1)).rejects.toThrow(RpcTimeoutError);
      proxy.resume();

      expect(await motor.moveTo(2)).toBe("arrived");
      expect(device.history()).toEqual([2]);
    });
  });

  describe("a server's clock", () => {
    it("that took long to be told is taken to be early, never late, and is read again", async () => {
      const { url } = await serveMotor();
      const proxy = closing(await TcpProxy.open(targetOf(url)));
      proxy.stall();
      const motor = connectMotor(proxy.url, { ...OVER_THE_WIRE, handshakeTimeoutMs: 5_000 });
      const first = withOptions(motor, { timeoutMs: 10_000 }).timeLeft();
      const calledAt = performance.now();
      await eventually("more than half a second passed", () => performance.now() - calledAt > 600);
      proxy.resume();

      // Of the ten seconds it waited more than half a one; server and client share a clock here.
      expect(await first).toBeLessThanOrEqual(9_400);
      await eventually("little is lost after the clock was read again", async () => {
        const left = await withOptions(motor, { timeoutMs: 10_000 }).timeLeft();
        expect(left).toBeLessThanOrEqual(10_000);
        return left > 9_800;
      });
    });
  });

  describe("a caller who gives up", () => {
    it("takes a call that waits for its turn out of the queue", async () => {
      const { url } = await serveMotor();
      const motor = connectMotor(url, road);
      const first = motor.moveTo(1, 10_000);
      await eventually("the first move began", async () => (await motor.history()).length === 1);
      const aborting = new AbortController();
      const second = withOptions(motor, { signal: aborting.signal }).moveTo(2);
      await motor.history();
      aborting.abort();
      await expect(second).rejects.toThrow(CallAbortedError);
      await motor.stop();

      expect(await first).toBe("stopped");
      expect(await motor.moveTo(3)).toBe("arrived");
      expect(await motor.history()).toEqual([1, 3]);
    });

    it("tells a call that runs, by its signal", async () => {
      const { url } = await serveMotor();
      const motor = connectMotor(url, road);
      // Either side may be the first to see that the time is over.
      const outcome = await withOptions(motor, { timeoutMs: 200 }).moveTo(1, 30_000).catch(String);
      expect(outcome).toMatch(/^stopped$|^RpcTimeoutError/);

      // The next one would have to wait half a minute.
      expect(await motor.moveTo(2)).toBe("arrived");
    });
  });

  describe("a motor that moves", () => {
    it("is stopped at once: stop() does not wait behind moveTo()", async () => {
      const { url } = await startMotor();
      const motor = connectMotor(url, road);
      const move = motor.moveTo(1, 10_000);
      await eventually("the move began", async () => (await motor.history()).length === 1);
      const stoppedAt = performance.now();
      await motor.stop();

      expect(await move).toBe("stopped");
      expect(performance.now() - stoppedAt).toBeLessThan(2_000);
    });
  });

  describe("too many calls", () => {
    it("beyond what a client may have waiting fail at once in the client", async () => {
      const motor = connectMotor(`tcp://127.0.0.1:${await freePort()}`, {
        ...road,
        maxPendingRequests: 2,
        timeoutMs: 500,
      });
      const waiting = [motor.moveTo(1), motor.moveTo(2)];

      await expect(motor.moveTo(3)).rejects.toThrow(BusyError);
      expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual([
        "rejected",
        "rejected",
      ]);
    });

    it("of one client are refused at once by the device, and hold up no other client", async () => {
      const { motor: device, url } = await serveMotor({ maxCallsPerClient: 3 });
      const greedy = connectMotor(url, road);
      const modest = connectMotor(url, road);
      const moves = Array.from({ length: 5 }, (_, index) => greedy.moveTo(index, index === 0 ? 10_000 : 0));
      const refused = await Promise.allSettled(moves.slice(3));
      for (const each of refused) expect(each).toMatchObject({ reason: expect.any(BusyError) });
      const other = modest.moveTo(9);
      await modest.stop();

      expect(await other).toBe("arrived");
      expect(await Promise.all(moves.slice(0, 3))).toEqual(["stopped", "arrived", "arrived"]);
      expect(device.history()).toEqual([0, 1, 2, 9]);
    });

    it("of all clients together are refused at once by the device", async () => {
      const { motor: device, url } = await serveMotor({ maxCalls: 2 });
      const first = connectMotor(url, road);
      const second = connectMotor(url, road);
      const moves = [first.moveTo(1, 10_000), first.moveTo(2)];
      await eventually("the first move began", () => device.history().length === 1);
      await eventually("the second waits", async () => {
        const error: unknown = await second.moveTo(3).catch((thrown: unknown) => thrown);
        return error instanceof BusyError;
      });
      device.stop();

      expect(await Promise.all(moves)).toEqual(["stopped", "arrived"]);
    });
  });
});
