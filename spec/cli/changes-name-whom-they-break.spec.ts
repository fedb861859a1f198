import { hostname } from "node:os";
import { Arg, clientOf, connect, generateKeys, JsonMethod, RpcProperty, RpcService, serve } from "rigwire";
import { closing } from "../support/closing";
import { OriginalLookalike } from "../support/original-lookalike";
import { RecordingLogger } from "../support/recording-logger";
import { commandLine } from "./support/command-line";

@RpcService({ type: "camera" })
class Camera {
  @RpcProperty() exposure: number = 10;
  @RpcProperty() gain: number = 1;
  @JsonMethod() focus(@Arg("at") at: number): number {
    return at;
  }
}

const LATER = `
  import { Arg, JsonMethod, RpcProperty, RpcService } from "rigwire";

  @RpcService({ type: "camera" })
  export class Camera {
    @RpcProperty({ readonly: true }) gain: number = 1;
    @JsonMethod() focus(@Arg("at", { max: 5 }) at: number): number { return at; }
  }
`;

const rigwire = commandLine();
const quiet = { logger: new RecordingLogger() };

/** A device that two programs have used: one its exposure, both its gain. */
async function used() {
  const { url } = closing(await serve(new Camera(), { ...quiet, name: "cam" }));
  for (const [program, members] of [
    ["scans/day.js", ["gain"]],
    ["scans/night.js", ["gain", "exposure"]],
  ] as const) {
    const camera = connect(Camera, url, { ...quiet, program });
    for (const member of members) await camera[member].get();
    await clientOf(camera).close();
  }
  return url;
}

const DAY = `scans/day.js on ${hostname()}`;
const NIGHT = `scans/night.js on ${hostname()}`;

describe("The users of a device", () => {
  it("are shown with what they use, and looking at a device is no use", async () => {
    const url = await used();
    await rigwire.run("get", url, "gain");
    const [text, json] = await Promise.all([
      rigwire.run("inspect", url, "--users"),
      rigwire.run("inspect", url, "--users", "--json"),
    ]);
    const shown = text.stdout.slice(text.stdout.indexOf("\nusers\n")).replaceAll(/ \([^)]*\)/g, "");
    expect(shown.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
      [""],
      ["users"],
      [NIGHT, "now", "gain, exposure"],
      [DAY, "now", "gain"],
      [""],
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      users: [
        { program: "scans/night.js", host: hostname(), members: ["gain", "exposure"] },
        { program: "scans/day.js", members: ["gain"] },
      ],
    });
  });

  it("are named where a change breaks what they use", async () => {
    const url = await used();
    rigwire.write("later.ts", LATER);
    const [text, json] = await Promise.all([
      rigwire.run("diff", url, "later.ts"),
      rigwire.run("diff", url, "later.ts", "--json"),
    ]);
    expect(text.code).toBe(1);
    const lines = text.stdout.replaceAll(/ \([^)]*\)/g, "").split("\n");
    expect(lines.map((line) => line.replaceAll(/ {2,}/g, " ").trim())).toEqual([
      "breaks callers",
      "focus at: max none is 5 now; no program is known to use it",
      `exposure there is no such property any more; used by ${NIGHT}, now`,
      `gain it can no longer be set; used by ${NIGHT}, now; ${DAY}, now`,
      "",
    ]);
    const changes = json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(changes.find(({ member }) => member === "exposure")).toMatchObject({
      verdict: "breaks callers",
      usedBy: [{ program: "scans/night.js" }],
    });
  });

  it("are called by their keys", async () => {
    const [ofServer, ofClient] = [generateKeys(), generateKeys()];
    const security = { keys: ofServer, allow: [ofClient.publicKey] };
    const { url } = closing(await serve(new Camera(), { ...quiet, security }));
    const keys = { keys: ofClient, serverKey: ofServer.publicKey };
    const camera = connect(Camera, url, { ...quiet, security: keys, program: "p" });
    await camera.focus(1);
    await clientOf(camera).close();
    const asking = closing(clientOf(connect(Camera, url, { ...quiet, security: keys, tellUse: false })));
    expect(await asking.users()).toMatchObject([{ key: ofClient.publicKey, members: ["focus"] }]);
  });

  it("are not known to an original, which is said", async () => {
    const original = await OriginalLookalike.open();
    const { code, stderr } = await rigwire.run("inspect", original.url, "--users");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining("does not know who uses it"),
    });
  });
});
