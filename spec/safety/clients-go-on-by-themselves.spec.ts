import { firstValueFrom, take, toArray } from "rxjs";
import {
  clientOf,
  ConnectionLostError,
  ContractError,
  JsonMethod,
  type MissedSignals,
  RpcService,
  serve,
} from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OVER_THE_WIRE, TcpProxy } from "../support/tcp-proxy";
import { ROADS, connectMotor, motorProcesses, serveMotor, statesOf, targetOf } from "./motor-clients";

const startMotor = motorProcesses();

describe.each(ROADS)("%s,", (_, road) => {
  describe("a peer that dies without a word", () => {
    it("is noticed by a client within the time of its heartbeats", async () => {
      const { child, url } = await startMotor();
      const motor = connectMotor(url, { ...road, heartbeatMs: 500 });
      const move = motor.moveTo(1, 15_000);
      await eventually("the move began", async () => (await motor.history()).length === 1);
      child.signal("SIGSTOP");
      const stoppedAt = performance.now();

      await expect(move).rejects.toThrow(ConnectionLostError);
      expect(performance.now() - stoppedAt).toBeLessThan(2_500);
      child.signal("SIGCONT");
    });

    it("is noticed where the wire is cut off in between, and the client comes back when it carries again", async () => {
      const { url } = await serveMotor({ heartbeatMs: 500 });
      const proxy = closing(await TcpProxy.open(targetOf(url)));
      const motor = connectMotor(proxy.url, { ...OVER_THE_WIRE, heartbeatMs: 500 });
      await motor.history();
      proxy.stall();
      await expect(motor.moveTo(1)).rejects.toThrow(
        /lost its connection .* may or may not have been carried out/,
      );
      proxy.resume();

      expect(await motor.moveTo(2)).toBe("arrived");
    });
  });

  describe("a device that is killed and started again", () => {
    it("fails what was in flight at once, and never runs it again", async () => {
      const first = await startMotor();
      const motor = connectMotor(first.url, road);
      const move = motor.moveTo(1, 15_000);
      await eventually("the move began", async () => (await motor.history()).length === 1);
      first.child.signal("SIGKILL");

      await expect(move).rejects.toThrow(ConnectionLostError);
      await startMotor(first.url);
      expect(await motor.history()).toEqual([]);
    });

    it("at the same address is found again: inventory, subscriptions and what was missed", async () => {
      const first = await startMotor();
      const motor = connectMotor(first.url, road);
      const states = statesOf(motor);
      const missed: MissedSignals[] = [];
      clientOf(motor).missed$.subscribe((each) => missed.push(each));
      const steps: number[] = [];
      motor.stepped.subscribe((step) => steps.push(step));
      await motor.step(2);
      await eventually("both steps came", () => steps.length === 2);
      first.child.signal("SIGKILL");
      await first.child.ended;
      await eventually("the loss was noticed", () => states.at(-1) === "connecting");
      await startMotor(first.url);
      await motor.step(3);

      await eventually("the steps of the second run came", () => steps.length === 5);
      expect(steps).toEqual([1, 2, 1, 2, 3]);
      expect(states).toEqual(["idle", "connecting", "connected", "connecting", "connected"]);
      expect(missed).toEqual([]);
    });

    it("at another address is found again, and what it told before the client was back is reported missed", async () => {
      const first = await startMotor();
      let { url } = first;
      const motor = connectMotor(() => Promise.resolve(url), road);
      const steps: number[] = [];
      motor.stepped.subscribe((step) => steps.push(step));
      await motor.step(2);
      await eventually("both steps came", () => steps.length === 2);
      first.child.signal("SIGKILL");
      await first.child.ended;
      const second = await startMotor();
      await connectMotor(second.url, road).step(7);
      const missed = firstValueFrom(clientOf(motor).missed$);
      ({ url } = second);

      expect(await missed).toEqual({ signal: "stepped", count: 7, restarted: true });
      await motor.step(1);
      await eventually("it hears the new run", () => steps.length === 3);
    });

    it("with fewer members than the contract is refused until it fulfils it again", async () => {
      @RpcService({ type: "motor" })
      class OlderMotor {
        @JsonMethod() stop(): void {
          // It has nothing else.
        }
      }
      const first = await startMotor();
      let { url } = first;
      const motor = connectMotor(() => Promise.resolve(url), { ...road, missing: "fail" });
      await motor.history();
      const older = closing(await serve(new OlderMotor()));
      ({ url } = older);
      first.child.signal("SIGKILL");

      await eventually("the contract was checked again", async () => {
        const error: unknown = await motor.history().catch((thrown: unknown) => thrown);
        if (!(error instanceof ContractError)) return false;
        expect(error.message).toMatch(/does not fulfil Motor: it has no .*json method moveTo/);
        return true;
      });
      ({ url } = await startMotor());
      await eventually("it is back", () => motor.history().then(isEmpty, () => false));
    });

    it("is another instance, and a device that only lost its connection is not", async () => {
      const first = await startMotor();
      const proxy = closing(await TcpProxy.open(targetOf(first.url)));
      const client = clientOf(connectMotor(proxy.url, OVER_THE_WIRE));
      const instance = async () => (await client.inventory({ timeoutMs: 10_000 })).rigwire?.instance;
      const before = await instance();
      const lost = firstValueFrom(client.state$.pipe(take(2), toArray()));
      proxy.cut();
      await lost;
      expect(await instance()).toBe(before);
      const second = await startMotor();
      proxy.lead(targetOf(second.url));
      first.child.signal("SIGKILL");

      await eventually("the other instance answers", async () => {
        const now = await instance().catch(() => before);
        return now !== before;
      });
    });
  });

  function isEmpty(list: readonly unknown[]): boolean {
    return list.length === 0;
  }
});
