import { connect as connectSocket, type Socket } from "node:net";
import { serve } from "../../lib/index";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { openGateway, type OpenedGateway } from "./open-gateway";
import { RawBrowser } from "./raw-browser";
import { Stage } from "./stage";

let opened: OpenedGateway;

beforeEach(async () => {
  const logger = new RecordingLogger();
  const server = await serve(new Stage(), { url: "tcp://127.0.0.1", name: "cam", closeGraceMs: 50, logger });
  const { url } = closing(server);
  opened = await openGateway([{ name: "cam", type: "stage", url }], { login: "link" });
});

/** What came until the gateway ended the connection. */
interface Spoken {
  text: string;
  isOver: boolean;
}

/** Says something to the gateway as it is. */
function say(text: string): Spoken {
  const spoken: Spoken = { text: "", isOver: false };
  const port = Number(new URL(opened.gateway.url).port);
  const socket: Socket = connectSocket(port, "127.0.0.1", () => socket.write(text));
  socket.setEncoding("latin1").on("data", (chunk: string) => (spoken.text += chunk));
  socket.on("error", () => undefined).on("close", () => (spoken.isOver = true));
  closing({
    close: () => {
      socket.destroy();
    },
  });
  return spoken;
}

const statusOf = ({ text }: Spoken) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
const host = () => new URL(opened.gateway.url).host;

/** The gateway still lets somebody in who may. */
async function letsIn(): Promise<void> {
  const answer = await fetch(opened.gateway.loginUrl(), { redirect: "manual" });
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const browser = await RawBrowser.open(opened.at("cam"), { cookie });
  expect(await browser.ask(1, '{"event":"GET_INVENTORY"}')).toMatchObject({ name: "cam" });
}

it("upgrades that are none are refused, and cost nobody anything", async () => {
  const upgrade = (path: string, ...headers: string[]) =>
    say(
      [`GET ${path} HTTP/1.1`, `Host: ${host()}`, "Connection: Upgrade", "Upgrade: websocket", ...headers]
        .concat("", "")
        .join("\r\n"),
    );
  const [protocol, key] = [
    "Sec-WebSocket-Protocol: rigwire.stream",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
  ];
  const version = "Sec-WebSocket-Version: 13";
  const refused = [
    upgrade("/devices/cam", key, version),
    upgrade("/devices/cam", protocol, version),
    upgrade("/devices/cam", protocol, version, "Sec-WebSocket-Key: short"),
    upgrade("/devices/cam", protocol, key, "Sec-WebSocket-Version: 99"),
    upgrade("/devices/%ff", protocol, key, version),
    upgrade("/devices/", protocol, key, version),
    upgrade("http://evil.example/devices/cam", protocol, key, version),
    upgrade("/nowhere", protocol, key, version),
  ];
  await eventually("all are over", () => refused.every(({ isOver }) => isOver));
  for (const each of refused) expect([400, 404, 426]).toContain(statusOf(each));
  await letsIn();
});

it("who says too much, or too little for too long, is dropped", async () => {
  const long = say(`GET / HTTP/1.1\r\nHost: ${host()}\r\nX: ${"x".repeat(20_000)}\r\n\r\n`);
  const slowHead = say(`GET / HTTP/1.1\r\nHost: ${host()}\r\nX: `);
  const slowBody = say(
    `POST /login HTTP/1.1\r\nHost: ${host()}\r\nOrigin: http://${host()}\r\nContent-Length: 100\r\n\r\nsecret=`,
  );
  const longBody = say(
    `POST /login HTTP/1.1\r\nHost: ${host()}\r\nOrigin: http://${host()}\r\nContent-Length: 9000\r\n\r\n${"x".repeat(9_000)}`,
  );
  const silent = say("");
  const all = [long, slowHead, slowBody, longBody, silent];
  await letsIn();
  await eventually("all are dropped", () => all.every(({ isOver }) => isOver), 12_000);
  expect([long, longBody].map(statusOf)).toEqual([431, 413]);
});

it("messages that are too long, or text, end the connection that they came over, and no other", async () => {
  const answer = await fetch(opened.gateway.loginUrl(), { redirect: "manual" });
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const [large, wrong, other] = await Promise.all(
    [1, 2, 3].map(() => RawBrowser.open(opened.at("cam"), { cookie })),
  );
  large?.sendBytes(new Uint8Array(300 * 1024));
  wrong?.sendBytes(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
  await eventually("both are over", () => large?.end !== undefined && wrong?.end !== undefined);
  expect(await other?.ask(1, '{"event":"GET_INVENTORY"}')).toMatchObject({ name: "cam" });
});

it("nobody is led elsewhere, nor given a session that somebody else chose", async () => {
  const { gateway } = opened;
  const { port } = new URL(gateway.url);
  const link = new URL(gateway.loginUrl());
  for (const path of ["//evil.example/", "/\\evil.example/", "/%2f%2fevil.example/"]) {
    const spoken = say(`GET ${path}${link.search} HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`);
    await eventually("it is answered", () => spoken.isOver);
    expect(spoken.text).not.toMatch(/^location:/im);
  }
  const planted = `rigwire-${port}=planted-by-a-stranger`;
  const answer = await fetch(link, { redirect: "manual", headers: { cookie: planted } });
  expect(answer.headers.get("location")).toBe("/");
  expect(answer.headers.getSetCookie()[0]).not.toContain("planted");
  expect((await fetch(gateway.url, { headers: { cookie: planted } })).status).toBe(401);
});
