import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../../lib/index";
import { Sessions } from "../../lib/gateway/web/sessions";
import { type GatewayOptions } from "../../lib/gateway/web/gateway-options";
import { addToken } from "../../lib/security/token-file";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { openGateway } from "./open-gateway";
import { RawBrowser } from "./raw-browser";
import { Stage } from "./stage";

let folder: string;
let device: Stage;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "rigwire-sessions-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function opened(options: GatewayOptions = {}) {
  device = new Stage();
  const logger = new RecordingLogger();
  const server = await serve(device, { url: "tcp://127.0.0.1", name: "cam", closeGraceMs: 50, logger });
  const { url } = closing(server);
  return openGateway([{ name: "cam", type: "stage", url }], { login: "link", ...options });
}

const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";

function post(url: string, path: string, cookie = "", body = ""): Promise<Response> {
  const headers = { origin: url, cookie, "content-type": "application/x-www-form-urlencoded" };
  return fetch(`${url}${path}`, { method: "POST", redirect: "manual", headers, body });
}

const WANDER = '{"event":"METHOD_CALL","method":"wander","params":{"args":["run"]}}';

it("who logs out is shown out with a code that says so, and others stay", async () => {
  const { gateway, at } = await opened();
  const logIn = async () => cookieOf(await fetch(gateway.loginUrl(), { redirect: "manual" }));
  const [leaving, staying] = [await logIn(), await logIn()];
  const gone = await RawBrowser.open(at("cam"), { cookie: leaving });
  const other = await RawBrowser.open(at("cam"), { cookie: staying });
  await gone.ask(1, '{"event":"GET_INVENTORY"}');
  void gone.ask(2, WANDER).catch(() => undefined);
  await eventually("it runs", () => device.journal.length === 1);
  await post(gateway.url, "/logout", leaving);
  await eventually("it is shown out", () => gone.end !== undefined);
  expect(gone.end).toEqual({ code: 4401, reason: "the session has ended: log in again" });
  await eventually("its call was told to end", () => device.journal.length === 2);
  expect(await other.ask(1, '{"event":"STATUS"}')).toMatchObject({ success: true });
  expect((await fetch(gateway.url, { headers: { cookie: leaving } })).status).toBe(401);
});

it("whoever came by a token is shown out when its line is removed", async () => {
  const tokens = join(folder, "tokens");
  const token = addToken(tokens, "desk");
  const { gateway, at } = await opened({ tokens });
  const cookie = cookieOf(await post(gateway.url, "/login", "", `secret=${token}`));
  const byCookie = await RawBrowser.open(at("cam"), { cookie });
  const byToken = await RawBrowser.open(at("cam"), {}, token);
  const byLink = cookieOf(await fetch(gateway.loginUrl(), { redirect: "manual" }));
  const other = await RawBrowser.open(at("cam"), { cookie: byLink });
  await other.ask(1, '{"event":"GET_INVENTORY"}');

  writeFileSync(tokens, "# nobody\n", { mode: 0o600 });
  await eventually("both are shown out", () => byCookie.end !== undefined && byToken.end !== undefined);
  expect(byCookie.end).toEqual({ code: 4401, reason: "the session has ended: log in again" });
  expect(byToken.end).toEqual({ code: 4401, reason: "its token is known no more: log in again" });
  expect((await fetch(gateway.url, { headers: { cookie } })).status).toBe(401);
  expect(await other.ask(2, '{"event":"STATUS"}')).toMatchObject({ success: true });
});

it("a session ends 12 h after its last use, and not while a connection of it is open", () => {
  const HOUR_MS = 3_600_000;
  let [now, isUsed] = [0, true];
  const ended: string[] = [];
  const sessions = new Sessions(
    () => isUsed,
    ({ name }) => ended.push(name),
    () => now,
  );
  const session = { name: "wall" };
  const secret = sessions.begin(session);
  now += 30 * HOUR_MS;
  expect(sessions.of(secret)).toBe(session);
  now += 30 * HOUR_MS;
  isUsed = false;
  sessions.touch(session);
  now += 11 * HOUR_MS;
  expect(sessions.of(secret)).toBe(session);
  now += 13 * HOUR_MS;
  expect([sessions.of(secret), ended]).toEqual([undefined, ["wall"]]);
});
