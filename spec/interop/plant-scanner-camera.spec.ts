import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { fourCornersFile } from "../samples/imaging/four-corners";
import { typeScriptProgram } from "../support/typescript-child";
import { describeWithPython, type PythonPeer } from "./python-peer";

const deviceProgram = typeScriptProgram(join(__dirname, "../../samples/plant-scanner/device.ts"));

/** A frame of a reply as `original_client.py` tells it. */
interface ShownFrame {
  readonly text?: string;
  readonly meaning?: Readonly<Record<string, unknown>>;
  readonly base64?: string;
}

const number = (value: number) => ({ number: String(value) });

describeWithPython(["zmq"], "plantimager's client at the sample's camera", (python) => {
  let folder: string;
  let client: PythonPeer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rigwire-camera-"));
    await writeFile(join(folder, "1.jpg"), await fourCornersFile("jpeg", { width: 80, height: 40 }));
    await writeFile(join(folder, "2.jpg"), await fourCornersFile("jpeg", { width: 80, height: 40 }));
    const camera = deviceProgram.start(["camera", "--images", folder, "--name", "cam"]);
    const [, , url = ""] = (await camera.nextLine()).split(" ");
    client = python.start("original_client.py", [url]);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const answers = async (step: object) => (await client.ask(step)) as readonly ShownFrame[];
  const meaningOf = async (step: object) => {
    const [frame, ...others] = await answers(step);
    expect(others).toEqual([]);
    return frame?.meaning;
  };
  const set = (property: string, value: unknown) => meaningOf({ do: "set", property, value });
  const get = async (property: string) => (await meaningOf({ do: "get", property }))?.value;

  it("reads the inventory with the names that it knows", async () => {
    expect(await meaningOf({ do: "get_inventory" })).toMatchObject({
      name: "cam",
      json_methods: {},
      buffer_methods: { get_image: null },
      properties: ["mode", "video_url", "rotation", "resolution", "encoding", "config"],
      signals: [
        "modeChanged",
        "videoUrlChanged",
        "rotationChanged",
        "resolutionChanged",
        "encodingChanged",
        "configChanged",
      ],
    });
  });

  it("gets a picture as two frames, info and bytes, smaller with lores=True by name and by place", async () => {
    await set("resolution", [40, 40]);
    const picture = async (step: object) => {
      const [info, data, ...others] = await answers({ do: "call", method: "get_image", ...step });
      expect(others).toEqual([]);
      const bytes = Buffer.from(data?.base64 ?? "", "base64");
      return { info: info?.meaning, picture: await sharp(bytes).metadata() };
    };
    const large = await picture({});
    expect(large.info).toEqual({
      format: "jpeg",
      rotation: number(0),
      size: [number(20), number(40), number(3)],
      channel: "rgb",
    });
    expect(large.picture).toMatchObject({ format: "jpeg", width: 40, height: 20 });
    for (const step of [{ kwargs: { lores: true } }, { args: [true] }]) {
      expect((await picture(step)).info).toMatchObject({ size: [number(5), number(10), number(3)] });
    }
    await set("encoding", "png");
    await set("rotation", -270);
    const turned = await picture({});
    expect(turned.info).toMatchObject({
      format: "png",
      rotation: number(90),
      size: [number(20), number(40), number(3)],
    });
    expect(turned.picture).toMatchObject({ format: "png", width: 40, height: 20 });
    expect((await picture({ kwargs: { lores: null } })).info).toMatchObject({ format: "png" });
    expect((await picture({ kwargs: { lores: true } })).info).toMatchObject({ format: "jpeg" });
  });

  it("gets one frame that says why where a picture cannot be had", async () => {
    expect(await meaningOf({ do: "call", method: "get_image", kwargs: { iso: 100 } })).toMatchObject({
      success: false,
      error: expect.stringContaining('has no argument "iso"'),
    });
  });

  it("sets properties and gets their signals, once each, with Python's types", async () => {
    await meaningOf({ do: "init_signals" });
    await client.ask({ do: "listen", property: "config", values: [{ heard: 1 }, { heard: 2 }] });
    const told = async (count: number) => {
      const signals: unknown[] = [];
      while (signals.length < count) {
        const [[frame] = []] = (await client.ask({ do: "next_signals", count: 1 })) as ShownFrame[][];
        if (!isAboutListening(frame?.meaning)) signals.push(frame?.meaning);
      }
      return signals;
    };

    expect(await set("resolution", [64, 48])).toEqual({ success: true });
    expect(await set("config", { iso: 100 })).toEqual({ success: true });
    expect(await set("encoding", "png")).toEqual({ success: true });
    expect(await set("encoding", "png")).toEqual({ success: true });
    expect(await set("mode", "VIDEO")).toEqual({ success: true });
    expect(await told(5)).toEqual([
      signal("resolutionChanged", [number(64), number(48)]),
      signal("configChanged", expect.objectContaining({ iso: number(100) })),
      signal("encodingChanged", "png"),
      signal("videoUrlChanged", await get("video_url")),
      signal("modeChanged", "VIDEO"),
    ]);
    expect(await get("video_url")).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    await answers({ do: "call", method: "get_image" });
    expect(await told(2)).toEqual([signal("videoUrlChanged", ""), signal("modeChanged", "STILL")]);
    expect(await get("mode")).toBe("STILL");
  });

  it("is refused what the camera cannot do, and may not stop it", async () => {
    expect(await set("rotation", 4.5)).toMatchObject({ success: false });
    expect(await set("video_url", "http://elsewhere")).toMatchObject({ success: false });
    expect(await meaningOf({ do: "event", event: "STOP_SERVER" })).toMatchObject({ success: false });
    expect(await get("mode")).toBe("STILL");
  });
});

/** What was told while the subscription was waited for: no more than that was set yet. */
function isAboutListening(meaning: Readonly<Record<string, unknown>> | undefined): boolean {
  const [config] = (meaning?.args ?? []) as [Record<string, unknown>?];
  return meaning?.signal === "configChanged" && config?.iso === undefined;
}

function signal(name: string, ...args: readonly unknown[]): object {
  return expect.objectContaining({ event: "EMIT_SIGNAL", signal: name, args, blocking: false }) as object;
}
