import { firstValueFrom, take, toArray } from "rxjs";
import { clientOf, EncodingError, type RemoteError, serve, type ServeOptions } from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { connectStage, Stage } from "./stage";

const KIB = 1_024;
const MIB = 1_024 * KIB;

async function serveStage(options: ServeOptions = {}): Promise<{ device: Stage; url: string }> {
  const device = new Stage();
  const server = closing(await serve(device, { name: "stage-1", ...options }));
  return { device, url: server.url };
}

describe("a message that is too large", () => {
  it("is a failure where it is a reply, and harms no other call", async () => {
    const { device, url } = await serveStage({ maxMessageBytes: 100 * KIB });
    const stage = connectStage(closing, url);
    const other = stage.hold(1);

    for (const call of [() => stage.bytes(100 * KIB + 1), () => stage.textOf(200 * KIB)]) {
      await expect(call()).rejects.toMatchObject({
        name: "RemoteError",
        remoteMessage: expect.stringMatching(
          /^the reply has \d+ bytes, more than the 102400 that may be sent: raise maxMessageBytes on the server and on its clients$/,
        ),
      } satisfies Partial<RemoteError>);
    }

    expect((await stage.bytes(100 * KIB))[0]).toHaveLength(100 * KIB);
    device.release();
    expect(await other).toBe(1);
  });

  it("is a failure where only the client's limit is lower", async () => {
    const { url } = await serveStage();
    const stage = connectStage(closing, url, { maxMessageBytes: 100 * KIB });

    await expect(stage.bytes(101 * KIB)).rejects.toThrow("more than the 102400 that may be sent");
    await expect(stage.textOf(101 * KIB)).rejects.toThrow("more than the 102400 that may be sent");
    expect((await stage.bytes(99 * KIB))[0]).toHaveLength(99 * KIB);
  });

  it("is not sent where it is a request", async () => {
    const { url } = await serveStage({ maxMessageBytes: 100 * KIB });
    const stage = connectStage(closing, url);
    await clientOf(stage).inventory();

    const error = await stage.lengthOf("x".repeat(200 * KIB)).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(EncodingError);
    expect((error as Error).message).toMatch(
      /^stage-1\.lengthOf: the request has \d+ bytes, more than the 102400 that the device takes: raise maxMessageBytes on the server$/,
    );
    expect(await stage.lengthOf("x".repeat(90 * KIB))).toBe(90 * KIB);
  });

  it("is logged and missed where it is a signal", async () => {
    const logger = new RecordingLogger();
    const { device, url } = await serveStage({ maxMessageBytes: 8 * KIB, logger });
    const stage = connectStage(closing, url, { logger: new RecordingLogger() });
    const heard = firstValueFrom(stage.told.pipe(take(2), toArray()));
    const missed = firstValueFrom(clientOf(stage).missed$);
    await stage.moveTo(1);

    device.told.next("first");
    device.told.next("x".repeat(9 * KIB));
    device.told.next("last");

    expect(await heard).toEqual(["first", "last"]);
    expect(await missed).toEqual({ signal: "told", count: 1, restarted: false });
    expect(logger.lines).toEqual([
      expect.stringMatching(
        /^error: Stage\.told .* a signal of 9\d+ bytes is more than maxMessageBytes \(8192\) allows$/,
      ),
    ]);
  });
});

describe("a large message", () => {
  it("of 100 MB passes where the limit is raised on both sides", async () => {
    const { url } = await serveStage({ maxMessageBytes: 128 * MIB, maxTextBytes: 128 * MIB });
    const stage = connectStage(closing, url, { maxMessageBytes: 128 * MIB, maxTextBytes: 128 * MIB });

    const [data, info] = await stage.bytes(100_000_000);

    expect(info).toEqual({ length: 100_000_000 });
    expect(data).toHaveLength(100_000_000);
    expect([data[0], data[99_999_999]]).toEqual([7, 7]);
    expect(await stage.lengthOf("x".repeat(100 * MIB))).toBe(100 * MIB);
  });

  it("passes without a limit", async () => {
    const { url } = await serveStage({ maxMessageBytes: Infinity });
    const stage = connectStage(closing, url, { maxMessageBytes: Infinity });

    expect((await stage.bytes(70 * MIB))[0]).toHaveLength(70 * MIB);
  });
});
