import { clientOf, connect, generateKeys, type KeyPair, serve, type RpcServer } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { describeWithPython } from "./python-peer";
import { TestDevice } from "./recorded-device";

describeWithPython(["zmq"], "a device with keys, for Python", (python) => {
  const [serverKeys, allowed] = [generateKeys(), generateKeys()];
  let device: TestDevice;
  let server: RpcServer;
  let signals: string;

  beforeEach(async () => {
    device = new TestDevice();
    const security = { keys: serverKeys, allow: [allowed.publicKey] };
    server = closing(await serve(device, { name: "cam", security, logger: new RecordingLogger() }));
    const { rigwire } = await clientOf(ownClient()).inventory();
    signals = `tcp://127.0.0.1:${rigwire?.signalPort}`;
  });

  function ownClient() {
    const security = { keys: allowed, serverKey: serverKeys.publicKey };
    const remote = connect(TestDevice, server.url, { security });
    closing(clientOf(remote));
    return remote;
  }

  const argumentsOf = (keys: KeyPair) => [serverKeys.publicKey, keys.publicKey, keys.secretKey];

  it("works fully for a client whose key is allowed", async () => {
    const client = python.start("original_client.py", [server.url, ...argumentsOf(allowed)]);
    const meaningOf = async (step: object) => {
      const [frame] = (await client.ask(step)) as { meaning: unknown }[];
      return frame?.meaning;
    };
    expect(await meaningOf({ do: "get_inventory" })).toMatchObject({ name: "cam" });
    expect(await meaningOf({ do: "call", method: "echo", args: ["x", 2] })).toEqual({
      success: true,
      result: "Echo: xEcho: x",
    });
    const [, image] = (await client.ask({ do: "call", method: "get_image", args: [true] })) as unknown[];
    expect(image).toEqual({ base64: "/9jerb7v" });
    expect(await meaningOf({ do: "set", property: "mode", value: "VIDEO" })).toEqual({ success: true });
    expect(await meaningOf({ do: "init_signals" })).toMatchObject({ success: true });
    const next = client.ask({ do: "next_signals", count: 1 });
    let signal: unknown;
    void next.then((answer) => (signal = answer));
    await eventually("the subscription and then a signal arrived", () => {
      device.stopped.next();
      return signal !== undefined;
    });
    expect(signal).toMatchObject([[{ meaning: { event: "EMIT_SIGNAL", signal: "stopped" } }]]);
  });

  it.each([
    ["without keys", () => []],
    ["with keys that are not allowed", () => argumentsOf(generateKeys())],
    [
      "with an allowed key, but not the device's",
      () => [generateKeys().publicKey, allowed.publicKey, allowed.secretKey],
    ],
  ])("gives a client %s no reply and no signal", async (_who, keys) => {
    const stranger = python.start("curve_stranger.py", [server.url, signals, ...keys()]);
    const outcomes = (await stranger.next()) as string[];
    expect(outcomes).toHaveLength(2);
    for (const outcome of outcomes) expect(outcome).toMatch(/^(disconnected|no detail|protocol|auth)$/);
    const own = ownClient();
    const seen: string[] = [];
    own.modeChanged.subscribe((mode) => seen.push(mode));
    await own.mode.set("VIDEO");
    await eventually("its own client got the signal", () => seen.includes("VIDEO"));
    expect(await stranger.ask({})).toEqual([false, false]);
  });
});
