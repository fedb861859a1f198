import { IsIn, IsInt, IsOptional, Max, registerDecorator, ValidateIf } from "class-validator";
import { setTimeout as delay } from "node:timers/promises";
import { arrayOf, Integer, RpcProperty, RpcService, serve } from "rigwire";
import { closing } from "../support/closing";
import { rawClient, rawDealer } from "../support/raw-client";

class Region {
  @IsInt() @Max(100) width!: number;
}

@RpcService({ naming: "snake_case" })
class Camera {
  @RpcProperty() @IsIn(["STILL", "VIDEO"]) mode: string = "STILL";
  @RpcProperty() @Max(10, { message: "no more than ten" }) @IsInt() gain: number = 1;
  @RpcProperty() region: Region | undefined;
  @RpcProperty({ type: Region }) area: unknown = null;
  @RpcProperty({ type: arrayOf(Integer) }) sizes: number[] = [];
  @RpcProperty({ nullable: true }) note: string = "";
  @RpcProperty({ readonly: true }) serialNumber: string = "A1";
  @RpcProperty() get videoUrl(): string {
    return `http://${this.serialNumber}/`;
  }
  @RpcProperty() @IsSettled() slow: number = 0;
  @RpcProperty() @IsOptional() @Max(5) maybe: unknown = 0;
  @RpcProperty() @ValidateIf((_, value) => value !== -1) @Max(5) orOff: number = 0;

  /** Not remote, and never valid. */
  @IsIn(["never"]) internal = "always wrong";
}

async function serveCamera() {
  const camera = new Camera();
  const server = closing(await serve(camera));
  return { camera, url: server.url, client: rawClient(server.url) };
}

describe("a remote set", () => {
  it.each<[string, unknown, unknown]>([
    ["mode", "VIDEO", "VIDEO"],
    ["gain", "7", 7],
    ["area", { width: 5 }, { width: 5 }],
    ["sizes", ["1", 2], [1, 2]],
    ["note", null, null],
    ["maybe", null, null],
    ["or_off", -1, -1],
  ])("is taken where it fits: %s = %j", async (property, value, expected) => {
    const { client } = await serveCamera();

    expect(await client.set(property, value)).toEqual({ success: true });
    expect(await client.get(property)).toEqual({ success: true, value: expected });
  });

  it.each<[string, unknown, string]>([
    ["mode", "OFF", "mode must be one of the following values: STILL, VIDEO"],
    ["mode", null, "mode: expected string, got null"],
    ["gain", 11, "no more than ten"],
    ["gain", "abc", 'gain: expected number, got "abc"'],
    ["gain", 1.5, "gain must be an integer number"],
    ["area", { width: 500 }, "area: width must not be greater than 100"],
    ["sizes", [1, 1.5], "sizes[1]: expected integer, got 1.5"],
    ["or_off", 6, "orOff must not be greater than 5"],
    ["serial_number", "B2", "serial_number is read-only: it cannot be set"],
    ["video_url", "http://evil/", "video_url is read-only: it cannot be set"],
    ["nope", 1, 'no property "nope": the device\'s are mode, gain, region'],
    ["internal", "never", 'no property "internal"'],
    ["videoUrl", "x", 'no property "videoUrl"'],
    ["constructor", "x", 'no property "constructor"'],
    ["__proto__", {}, 'no property "__proto__"'],
  ])("is refused as the caller's mistake: %s = %j", async (property, value, error) => {
    const { client, camera } = await serveCamera();

    expect(await client.set(property, value)).toEqual({
      success: false,
      error: expect.stringContaining(error),
      traceback: "",
      reason: "invalid",
    });
    expect(Object.entries(camera)).toEqual(Object.entries(new Camera()));
  });

  it("makes an instance of a DTO", async () => {
    const { client, camera } = await serveCamera();
    await client.set("area", { width: 5 });

    expect(camera.area).toBeInstanceOf(Region);
  });

  it("overtakes no other of the same property, however long the check of each takes", async () => {
    const { url, camera } = await serveCamera();
    const client = rawDealer(url);
    await client.request("slow", { event: "PROPERTY_SET", property: "slow", value: 30 });
    await client.request("quick", { event: "PROPERTY_SET", property: "slow", value: 1 });
    await client.request("get", { event: "PROPERTY_GET", property: "slow" });

    expect((await client.replies(3)).find(({ id }) => id === "get")).toEqual({
      id: "get",
      reply: { success: true, value: 1 },
    });
    expect(camera.slow).toBe(1);
  });
});

describe("a local set", () => {
  it("is the device's own affair", async () => {
    const { client, camera } = await serveCamera();
    camera.mode = "CALIBRATING";
    camera.gain = 1_000;
    camera.serialNumber = "B2";

    expect(await client.get("mode")).toEqual({ success: true, value: "CALIBRATING" });
    expect(await client.get("gain")).toEqual({ success: true, value: 1_000 });
    expect(await client.get("serial_number")).toEqual({ success: true, value: "B2" });
  });
});

describe("a remote get", () => {
  it("of what is no property names those that are", async () => {
    const { client } = await serveCamera();

    for (const property of ["nope", "internal", "toString"]) {
      expect(await client.get(property)).toEqual({
        success: false,
        error: expect.stringMatching(`^no property "${property}": the device's are mode, gain, `),
        traceback: "",
        reason: "invalid",
      });
    }
  });
});

/** Holds after as many milliseconds as the value says. */
function IsSettled(): PropertyDecorator {
  return (prototype, propertyName) => {
    registerDecorator({
      name: "isSettled",
      target: prototype.constructor,
      propertyName: String(propertyName),
      async: true,
      validator: { validate: async (ms: number) => delay(ms, true) },
    });
  };
}
