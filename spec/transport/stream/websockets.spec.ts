import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filter, firstValueFrom, take, toArray } from "rxjs";
import { AddressError, AuthenticationError, clientOf, generateKeys, KeyError } from "../../../lib/index";
import { parseWebAddress } from "../../../lib/address/web-address";
import { localUrl } from "../../../lib/address/local-url";
import { selfSignedCertificate } from "../../support/certificate";
import { closing } from "../../support/closing";
import { freePort } from "../../support/free-port";
import { freshSocketPath } from "../../support/socket-folder";
import { TcpProxy } from "../../support/tcp-proxy";
import { connectLamp, serveLamp } from "./lamp";

describe("a device at several addresses", () => {
  it("is one device: whoever calls at one is heard at all", async () => {
    const urls = ["tcp://127.0.0.1", "ws://127.0.0.1", `unix://${freshSocketPath()}`];
    const { server } = await serveLamp({ url: urls });
    const lamps = server.urls.map((url) => connectLamp(url));
    const heard = lamps.map((lamp) => firstValueFrom(lamp.switched.pipe(take(3), toArray())));
    for (const lamp of lamps) await lamp.whoAmI();
    for (const [index, lamp] of lamps.entries()) await lamp.switch(index === 1);

    expect(server.urls.map((url) => url.split(":")[0])).toEqual(["tcp", "ws", "unix"]);
    expect(server.url).toBe(server.urls[0]);
    expect(await Promise.all(heard)).toEqual(lamps.map(() => [false, true, false]));
  });

  it("tells its clients apart, whichever address they come to", async () => {
    const paths = [`ipc://${freshSocketPath()}`, `unix://${freshSocketPath()}`];
    const urls = ["tcp://127.0.0.1", "tcp://127.0.0.1", "ws://127.0.0.1", "ws://127.0.0.1", ...paths];
    const { server } = await serveLamp({ url: urls });
    const clients = await Promise.all(server.urls.map((url) => connectLamp(url).whichClientIAm()));

    expect(new Set(clients).size).toBe(urls.length);
  });

  it("opens none where one cannot be had", async () => {
    const port = await freePort();
    const { server: first } = await serveLamp({ url: `ws://127.0.0.1:${port}` });
    const other = `unix://${freshSocketPath()}`;

    await expect(serveLamp({ url: [other, first.url] })).rejects.toThrow(AddressError);
    await expect(serveLamp({ url: other })).resolves.toBeDefined();
  });
});

describe("addresses of WebSockets", () => {
  it.each([
    ["ws://rig:9001", { scheme: "ws", host: "rig", port: 9001, path: "/" }],
    [
      "wss://rig.lab/devices/cam-1",
      { scheme: "wss", host: "rig.lab", port: undefined, path: "/devices/cam-1" },
    ],
    ["ws://[::1]:80", { scheme: "ws", host: "[::1]", port: 80, path: "/" }],
    ["ws://*", { scheme: "ws", host: "*", port: undefined, path: "/" }],
  ])("are read: %s", (url, address) => {
    expect(parseWebAddress(url)).toEqual(address);
  });

  it.each(["ws://", "ws://rig:99999", "ws://user@rig", "ws://rig/#part", "http://rig", "ws://rig:1:2"])(
    "are refused: %s",
    (url) => {
      expect(() => parseWebAddress(url)).toThrow(AddressError);
    },
  );

  it("lead to this computer in the place of a wildcard", () => {
    expect(["ws://*:9001", "wss://[::]:1/a", "ws://rig:1", "unix:///a"].map(localUrl)).toEqual([
      "ws://127.0.0.1:9001",
      "wss://[::1]:1/a",
      "ws://rig:1",
      "unix:///a",
    ]);
  });

  it("may have a path, and lead nowhere without it", async () => {
    const { server } = await serveLamp({ url: "ws://127.0.0.1/lamps/1" });

    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/lamps\/1$/);
    expect(await connectLamp(server.url).switch(true)).toBe(true);
    const elsewhere = connectLamp(server.url.replace("/lamps/1", "/lamps/2"), { timeoutMs: 200 });
    await expect(elsewhere.switch(true)).rejects.toThrow(
      /no device answers there, but a web server: HTTP 404/,
    );
  });
});

describe("a connection that carries nothing any more", () => {
  it("is lost for both sides within the time of the heartbeat", async () => {
    const { server } = await serveLamp({ url: "ws://127.0.0.1", heartbeatMs: 300 });
    const proxy = closing(
      await TcpProxy.open({ host: "127.0.0.1", port: parseWebAddress(server.url).port ?? 0 }),
    );
    const lamp = connectLamp(`ws://127.0.0.1:${proxy.port}`, { heartbeatMs: 300 });
    await lamp.switch(true);
    const lost = firstValueFrom(clientOf(lamp).state$.pipe(filter(({ kind }) => kind === "connecting")));
    proxy.stall();

    expect(await lost).toEqual({ kind: "connecting", problem: "no word for 300 ms" });
  });

  it("is not taken for one that has nothing to say", async () => {
    const { server } = await serveLamp({ url: "ws://127.0.0.1", heartbeatMs: 60 });
    const lamp = connectLamp(server.url, { heartbeatMs: 60 });
    await lamp.switch(true);
    const states: string[] = [];
    clientOf(lamp).state$.subscribe(({ kind }) => states.push(kind));
    const { server: other } = await serveLamp({ url: "ws://127.0.0.1", heartbeatMs: 600 });
    // As long as a heartbeat of the other is lost after: its stalled wire is the clock.
    const proxy = closing(
      await TcpProxy.open({ host: "127.0.0.1", port: parseWebAddress(other.url).port ?? 0 }),
    );
    const clock = connectLamp(`ws://127.0.0.1:${proxy.port}`, { heartbeatMs: 600 });
    await clock.switch(true);
    proxy.stall();
    await firstValueFrom(clientOf(clock).state$.pipe(filter(({ kind }) => kind === "connecting")));

    expect(states).toEqual(["connected"]);
  });
});

describe("wss:", () => {
  it("is encrypted, and a client trusts whom it is told to trust", async () => {
    const tls = selfSignedCertificate();
    const { server } = await serveLamp({ url: "wss://127.0.0.1", tls });

    expect(await connectLamp(server.url, { ca: tls.cert }).switch(true)).toBe(true);
    const distrustful = connectLamp(server.url, { timeoutMs: 500 });
    await expect(distrustful.switch(true)).rejects.toThrow(AuthenticationError);
    await expect(distrustful.switch(true)).rejects.toThrow(
      /certificate is not trusted.*give its authority's/,
    );
  });

  it("takes the certificate from files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rigwire-tls-"));
    closing({ close: () => rmSync(folder, { recursive: true }) });
    const { key, cert } = selfSignedCertificate();
    const tls = { key: join(folder, "key.pem"), cert: join(folder, "cert.pem") };
    writeFileSync(tls.key, key);
    writeFileSync(tls.cert, cert);
    const { server } = await serveLamp({ url: "wss://127.0.0.1", tls });

    expect(await connectLamp(server.url, { ca: tls.cert }).switch(true)).toBe(true);
  });

  it.each([
    [undefined, /wss: needs a certificate: tls: { key, cert }/],
    [{ key: "/no/key.pem", cert: "/no/cert.pem" }, /the key of the certificate \(tls.key\) cannot be read/],
    [{ key: "-----BEGIN NONSENSE", cert: "-----BEGIN NONSENSE" }, /the certificate cannot be used/],
  ])("is not served without what it needs", async (tls, problem) => {
    const serving = serveLamp({ url: "wss://127.0.0.1", ...(tls !== undefined && { tls }) });

    await expect(serving).rejects.toThrow(problem);
    await expect(serving).rejects.toThrow(KeyError);
  });
});

describe("ws: without tokens", () => {
  it("is refused where the device has keys elsewhere", async () => {
    const security = { keys: generateKeys() };

    await expect(serveLamp({ url: ["tcp://127.0.0.1", "ws://127.0.0.1"], security })).rejects.toThrow(
      /would let everybody in, while the device has keys elsewhere/,
    );
  });

  it("warns where others can connect, and says nothing where they cannot or shall", async () => {
    const open = await serveLamp({ url: "ws://0.0.0.0" });
    const loopback = await serveLamp({ url: "ws://127.0.0.1" });
    const meant = await serveLamp({ url: "ws://0.0.0.0", security: "plain" });

    expect(open.logger.lines).toEqual([
      expect.stringMatching(/^warn: ws:\/\/0\.0\.0\.0:\d+ is served without tokens/),
    ]);
    expect([loopback.logger.lines, meant.logger.lines]).toEqual([[], []]);
  });
});
