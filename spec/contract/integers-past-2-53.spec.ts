import { firstValueFrom, Subject } from "rxjs";
import { Arg, clientOf, connect, Integer, JsonMethod, RpcProperty, RpcService, serve, Signal } from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";

const TIME_NS = 1763633000123456789n;
const CURE = `got ${TIME_NS}: no number holds it, declare it as bigint (type: BigInt)`;

@RpcService()
class Clock {
  @RpcProperty() offset: number = 0;
  @RpcProperty({ type: Integer }) startedAt: number | bigint = 0;
  @Signal(Integer) readonly ticked = new Subject<number | bigint>();
  @Signal(BigInt) readonly counted = new Subject<bigint>();

  @JsonMethod() wide(@Arg("at", { type: Integer }) at: number | bigint): string {
    return `${typeof at} ${at}`;
  }
  @JsonMethod() big(@Arg("at", { type: Integer }) at: bigint): string {
    return `${typeof at} ${at}`;
  }
  @JsonMethod() narrow(@Arg("at", { type: Integer }) at: number): string {
    return `${typeof at} ${at}`;
  }
}

@RpcService()
class NumbersOnly {
  @Signal(Number) readonly ticked = new Subject<number>();
}

async function openClock() {
  const device = new Clock();
  const { url } = closing(await serve(device));
  const remote = connect(Clock, url, { name: "clock-1" });
  closing(clientOf(remote));
  return { device, remote, url };
}

describe("an integer past 2^53", () => {
  it("is a bigint where the declared type has room for one, and smaller ones are what they were", async () => {
    const { remote } = await openClock();

    expect(await remote.wide(TIME_NS)).toBe(`bigint ${TIME_NS}`);
    expect(await remote.wide(5)).toBe("number 5");
    expect(await remote.big(TIME_NS)).toBe(`bigint ${TIME_NS}`);
    expect(await remote.big(5 as never)).toBe("bigint 5");
    await remote.startedAt.set(TIME_NS);
    expect(await remote.startedAt.get()).toBe(TIME_NS);
  });

  it("is refused where a number is declared, and the error says bigint", async () => {
    const { remote } = await openClock();

    await expect(remote.narrow(TIME_NS as never)).rejects.toThrow(`at: expected integer, ${CURE}`);
    await expect(remote.offset.set(TIME_NS as never)).rejects.toThrow(`offset: expected number, ${CURE}`);
  });

  it("arrives by a signal of integers", async () => {
    const { device, remote } = await openClock();
    const ticked = firstValueFrom(remote.ticked);
    await remote.wide(1);
    device.ticked.next(TIME_NS);

    expect(await ticked).toBe(TIME_NS);
  });

  it("is told and counted where a subscriber declares a number", async () => {
    const { device, remote, url } = await openClock();
    const logger = new RecordingLogger();
    const narrow = connect(NumbersOnly, url, { name: "clock-1", logger });
    closing(clientOf(narrow));
    const missed = firstValueFrom(clientOf(narrow).missed$);
    const heard = firstValueFrom(narrow.ticked);
    await clientOf(narrow).inventory({ timeoutMs: 5_000 });
    device.ticked.next(TIME_NS);
    device.ticked.next(5);

    expect(await heard).toBe(5);
    expect(await missed).toEqual({ signal: "ticked", count: 1, restarted: false });
    expect(logger.lines).toContain(
      `error: signal ticked does not fit its declaration: argument 1: expected number, ${CURE}`,
    );
    expect(await remote.wide(1)).toBe("number 1");
  });
});
