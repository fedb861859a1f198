import {
  CallAbortedError,
  DeviceUnavailableError,
  MalformedMessageError,
  RegistryRefusedError,
  RegistryUnsupportedError,
  RpcTimeoutError,
} from "../../lib/errors";
import { openTestEndpoint } from "../support/test-endpoint";
import { closing } from "../support/closing";
import { clientOf, openRegistry } from "./loopback-registry";

const CAMERA = { type: "camera", url: "tcp://10.0.0.1:9000", name: "cam" };

/** A peer that gives every request the same answer, or none. */
async function peerThatAnswers(text: string | undefined): Promise<string> {
  const endpoint = await openTestEndpoint((request) => {
    if (text !== undefined) request.reply([text]);
  });
  return closing(endpoint).url;
}

/** What an original answers to whatever it does not know. */
const UNSUPPORTED = '{"event": "UNSUPPORTED", "payload": {"req_event": "LIST_DEVICES"}}';

describe("a registry client", () => {
  it("registers, checks in and unregisters", async () => {
    const registry = await openRegistry();
    const client = clientOf(registry.url);
    const { name, uuid } = await client.register(CAMERA);

    expect(name).toBe("cam");
    expect(registry.devices).toEqual([CAMERA]);
    expect(await client.checkAlive(uuid)).toBe(true);
    expect(await client.unregister(uuid)).toBe(true);
    expect(registry.devices).toEqual([]);
    expect(await client.checkAlive(uuid)).toBe(false);
    expect(await client.unregister(uuid)).toBe(false);
  });

  it("takes the name that the registry gives", async () => {
    const { url } = await openRegistry();
    const client = clientOf(url);
    await client.register(CAMERA);

    expect((await client.register({ ...CAMERA, url: "tcp://10.0.0.2:1" })).name).toBe("cam-1");
    expect((await client.register({ type: "arm", url: "tcp://10.0.0.3:1" })).name).toBe("arm-0");
  });

  it("takes another's name with overwrite", async () => {
    const registry = await openRegistry();
    const client = clientOf(registry.url);
    await client.register(CAMERA);
    const taken = await client.register({ ...CAMERA, url: "tcp://10.0.0.2:1", overwrite: true });

    expect(taken.name).toBe("cam");
    expect(registry.devices).toEqual([{ ...CAMERA, url: "tcp://10.0.0.2:1" }]);
  });

  it("is given back even the longest name with a number behind it", async () => {
    const { url } = await openRegistry();
    const client = clientOf(url);
    const name = "x".repeat(255);
    await client.register({ ...CAMERA, name });

    expect((await client.register({ ...CAMERA, url: "tcp://10.0.0.2:1", name })).name).toBe(`${name}-1`);
    expect(await client.list({ type: "camera" })).toHaveLength(2);
  });

  it("lists the devices that match", async () => {
    const { url } = await openRegistry();
    const client = clientOf(url);
    await client.register(CAMERA);
    await client.register({ type: "arm", url: "tcp://10.0.0.3:1" });

    expect(await client.list()).toHaveLength(2);
    expect(await client.list({ type: "camera" })).toEqual([CAMERA]);
    expect(await client.list({ name: "arm-0", type: "camera" })).toEqual([]);
  });

  it("fails with the registry's reason where it refuses", async () => {
    const { url } = await openRegistry();
    const refused = clientOf(url).register({ ...CAMERA, url: "tcp://10.0.0.1:1:2" });

    await expect(refused).rejects.toThrow(RegistryRefusedError);
    await expect(refused).rejects.toThrow("refused REGISTER");
  });

  it("says that an original cannot list", async () => {
    const client = clientOf(await peerThatAnswers(UNSUPPORTED));

    await expect(client.list()).rejects.toThrow(RegistryUnsupportedError);
    await expect(client.list()).rejects.toThrow("does not support LIST_DEVICES: an original registry");
  });

  it("says so where something else than a registry answers", async () => {
    const client = clientOf(await peerThatAnswers('{"success":true}'));
    await expect(client.list()).rejects.toThrow(MalformedMessageError);
  });

  it("fails at its deadline where nobody is there, and says why", async () => {
    const client = clientOf("tcp://127.0.0.1:1", { timeoutMs: 100 });
    const failed = client.register(CAMERA);

    await expect(failed).rejects.toThrow(DeviceUnavailableError);
    await expect(failed).rejects.toThrow(/registry\.register was not sent.*100 ms.*connection refused/);
  });

  it("fails at its deadline where nobody answers", async () => {
    const client = clientOf(await peerThatAnswers(undefined));
    await expect(client.checkAlive("a", { timeoutMs: 100 })).rejects.toThrow(RpcTimeoutError);
  });

  it("ends early when it is told to", async () => {
    const client = clientOf(await peerThatAnswers(undefined));
    const ending = new AbortController();
    const asked = client.list({}, { signal: ending.signal });
    ending.abort();

    await expect(asked).rejects.toThrow(CallAbortedError);
  });

  it("connects when it is first used, and fails once it is closed", async () => {
    const { url } = await openRegistry();
    const client = clientOf(url);
    const states: string[] = [];
    client.state$.subscribe(({ kind }) => states.push(kind));
    await client.list();
    await client.close();
    await client.close();

    expect(states).toEqual(["idle", "connecting", "connected", "closed"]);
    await expect(client.list()).rejects.toThrow(DeviceUnavailableError);
  });
});
