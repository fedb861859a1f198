import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AddressError, clientOf, connect, JsonMethod, RpcService, serve } from "../../../lib/index";
import { defaultLogger } from "../../../lib/log/logger";
import { type ClientIdentity } from "../../../lib/transport/endpoint";
import { openEndpoint } from "../../../lib/transport/transports";
import { closing } from "../../support/closing";
import { eventually } from "../../support/eventually";
import { RawStream } from "../../support/raw-stream";
import { RecordingLogger } from "../../support/recording-logger";
import { freshSocketPath } from "../../support/socket-folder";
import { typeScriptProgram } from "../../support/typescript-child";

@RpcService({ type: "valve" })
class Valve {
  @JsonMethod() open(): string {
    return "open";
  }
}

const program = typeScriptProgram(join(__dirname, "../programs/stage-process.ts"));

async function serveValve(url = `unix://${freshSocketPath()}`) {
  return closing(await serve(new Valve(), { url, logger: new RecordingLogger() }));
}

function openValve(url: string): Promise<string> {
  const valve = connect(Valve, url, { logger: new RecordingLogger() });
  closing(clientOf(valve));
  return valve.open();
}

describe("a device at a Unix socket", () => {
  it("is its user's alone, and leaves no file behind", async () => {
    const path = freshSocketPath();
    const server = await serveValve(`unix://${path}`);

    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await openValve(server.url)).toBe("open");
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  it("starts again where one that was killed left its file", async () => {
    const path = freshSocketPath();
    const child = program.start(["serve", `unix://${path}`]);
    await child.next();
    child.signal("SIGKILL");
    await child.ended;
    expect(existsSync(path)).toBe(true);

    const server = await serveValve(`unix://${path}`);
    expect(await openValve(server.url)).toBe("open");
  });

  it("does not take the place of one that lives", async () => {
    const server = await serveValve();

    await expect(serveValve(server.url)).rejects.toThrow(
      new AddressError(`cannot serve at ${server.url}: another server has the address`),
    );
    expect(await openValve(server.url)).toBe("open");
  });

  it("does not take the place of a file", async () => {
    const path = freshSocketPath();
    writeFileSync(path, "notes");

    await expect(serveValve(`unix://${path}`)).rejects.toThrow(
      new AddressError(`cannot serve at unix://${path}: there is a file that is no socket`),
    );
  });

  it.each([
    ["unix://", /is no address of a Unix socket/],
    [`unix:///tmp/${"x".repeat(200)}`, /too long for a Unix socket: its path has 205 bytes/],
    ["unix:///no/such/folder/socket", /the folder does not exist/],
  ])("cannot be at %.40s", async (url, problem) => {
    await expect(serveValve(url)).rejects.toThrow(problem);
  });

  it("that is not there is told as such", async () => {
    const valve = connect(Valve, `unix://${freshSocketPath()}`, {
      timeoutMs: 200,
      logger: new RecordingLogger(),
    });
    closing(clientOf(valve));

    await expect(valve.open()).rejects.toThrow(/nothing is served there/);
  });
});

describe("a client of a Unix socket", () => {
  it("that goes is told at once, also if nothing is done for it", async () => {
    const asked: ClientIdentity[] = [];
    const endpoint = closing(
      await openEndpoint(
        `unix://${freshSocketPath()}`,
        { handle: ({ client }) => asked.push(client), attended: () => [] },
        {},
        defaultLogger(),
      ),
    );
    const departed: ClientIdentity[] = [];
    endpoint.departed$.subscribe((client) => departed.push(client));
    const raw = await RawStream.greeted(endpoint.url);
    raw.request(1, {});
    await eventually("it asked", () => asked.length === 1);
    raw.close();
    await eventually("it is told", () => departed.length === 1);

    expect(departed).toEqual(asked);
  });

  it("that does not shake hands is dropped", async () => {
    const server = await serveValve();
    const silent = await RawStream.open(server.url);

    await eventually("it is dropped", () => silent.isEnded, 8_000);
  });

  it("of another version is told, and told which", async () => {
    const server = await serveValve();
    const newer = await RawStream.open(server.url);
    newer.hello({ protocol: "rigwire-stream", version: 2 });
    const { parts } = await newer.next(1);

    expect(JSON.parse(String(parts[0]))).toEqual({
      protocol: "rigwire-stream",
      version: 1,
      refused: "version",
    });
    await newer.ended();
  });
});
