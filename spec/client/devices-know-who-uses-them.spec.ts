import { hostname } from "node:os";
import { Subject } from "rxjs";
import {
  clientOf,
  type ClientOptions,
  connect,
  type MemberUser,
  type Remote,
  type RpcServer,
  RpcProperty,
  RpcService,
  JsonMethod,
  serve,
  type ServeOptions,
  Signal,
} from "../../lib/index";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OriginalLookalike } from "../support/original-lookalike";
import { RawClient } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";
import { removeSockets, TRANSPORTS, type Uninstall } from "../transport/conformance/transports-under-test";

@RpcService({ type: "camera" })
class Camera {
  @Signal(Number) readonly exposureChanged = new Subject<number>();
  @RpcProperty({ notify: "exposureChanged" }) exposure: number = 10;
  @RpcProperty() gain: number = 1;
  @JsonMethod({ wireName: "take_picture" }) takePicture(): string {
    return "picture";
  }
  @JsonMethod() focus(): void {
    // Nothing to focus.
  }
}

afterAll(removeSockets);

const quiet = { logger: new RecordingLogger() };

function served(options: ServeOptions = {}): Promise<RpcServer> {
  return serve(new Camera(), { ...quiet, ...options }).then(closing);
}

function connected(url: string, options: ClientOptions = {}): Remote<Camera> {
  const camera = connect(Camera, url, { ...quiet, ...options });
  closing(clientOf(camera));
  return camera;
}

async function usersOf(url: string, options: ClientOptions = {}): Promise<readonly MemberUser[]> {
  const asking = clientOf(connected(url, { ...options, tellUse: false }));
  return (await asking.users()) ?? [];
}

function membersOf(users: readonly MemberUser[]): readonly (readonly [string, readonly string[]])[] {
  return users.map(({ program, members }) => [program, [...members].sort()]);
}

describe.each(TRANSPORTS)("A device over $name", ({ freshUrl, install, serving, connecting }) => {
  let uninstall: Uninstall | undefined;
  beforeAll(async () => {
    uninstall = await install?.();
  });
  afterAll(() => uninstall?.());

  it("knows what a program called, read and subscribed to before it went", async () => {
    const { url } = await served({ url: freshUrl(), ...serving });
    const camera = connected(url, { ...connecting, program: "night/scan.js" });
    camera.exposureChanged.subscribe();
    await camera.gain.get();
    await camera.takePicture();
    await clientOf(camera).close();
    const users = await usersOf(url, connecting);
    expect(membersOf(users)).toEqual([["night/scan.js", ["exposureChanged", "gain", "take_picture"]]]);
    expect(users[0]).toMatchObject({ host: hostname(), sinceMs: expect.any(Number) });
  });
});

describe("A device", () => {
  it("hears of members while a program goes on, and of a member used later", async () => {
    const { url } = await served();
    const camera = connected(url, { heartbeatMs: 200, program: "a" });
    await camera.focus();
    const isUsed = (member: string) => async () =>
      (await usersOf(url)).some(({ members }) => members.includes(member));
    await eventually("focus is told", isUsed("focus"));
    await camera.exposure.set(5);
    await eventually("exposure is told", isUsed("exposure"));
  });

  it("takes a program that comes again for the same one, and adds what it uses then", async () => {
    const { url } = await served();
    for (const member of ["exposure", "gain"] as const) {
      const camera = connected(url, { program: "a" });
      await camera[member].read();
      await clientOf(camera).close();
    }
    expect(membersOf(await usersOf(url))).toEqual([["a", ["exposure", "gain"]]]);
  });

  it("is told nothing by a client that is not to tell, by its option or by the environment", async () => {
    const { url } = await served();
    const silent = connected(url, { tellUse: false });
    process.env.RIGWIRE_TELL_USE = "off";
    const alsoSilent = connected(url);
    delete process.env.RIGWIRE_TELL_USE;
    for (const camera of [silent, alsoSilent]) {
      await camera.focus();
      await clientOf(camera).close();
    }
    expect(await usersOf(url)).toEqual([]);
  });

  it("hears from an older program of a member that it does not have", async () => {
    @RpcService({ type: "camera" })
    class OlderCamera extends Camera {
      @RpcProperty() shutter: number = 1;
    }
    const { url } = await served();
    const camera = connect(OlderCamera, url, { ...quiet, program: "old.js" });
    await expect(camera.shutter.get()).rejects.toThrow("shutter");
    await clientOf(camera).close();
    expect(membersOf(await usersOf(url))).toEqual([["old.js", ["shutter"]]]);
  });

  it("keeps no more programs and names than it can bear, whoever tells them", async () => {
    const { url } = await served({ local: false });
    const raw = closing(new RawClient(url));
    const members = [
      "focus",
      7,
      "a\nb",
      "x".repeat(200),
      ...Array.from({ length: 500 }, (_, n) => `made-up-${n}`),
    ];
    for (let n = 0; n < 40; n++) {
      expect(await raw.ask({ event: "USES", program: `p${n}`, host: "\u001b[31m", members })).toEqual({
        success: true,
      });
    }
    const users = await usersOf(url);
    expect(users.map(({ program }) => program)).toEqual(Array.from({ length: 32 }, (_, n) => `p${39 - n}`));
    for (const { host, members: kept } of users) {
      expect(host).toBe("");
      expect(kept).toHaveLength(33);
      expect(kept).toContain("focus");
    }
  });
});

it("An original is neither told nor asked", async () => {
  const asked: unknown[] = [];
  const original = await OriginalLookalike.open({
    methods: { focus: null },
    answer: ({ event }) => {
      asked.push(event);
      return undefined;
    },
  });
  const camera = connect(Camera, original.url, { ...quiet, heartbeatMs: 200 });
  await camera.focus();
  expect(await clientOf(camera).users()).toBeUndefined();
  await clientOf(camera).close();
  expect(new Set(asked)).toEqual(new Set(["GET_INVENTORY", "METHOD_CALL"]));
});
