import { join } from "node:path";
import { WebSocket } from "ws";
import { addToken, clientOf, connect } from "rigwire";
import { selfSignedCertificate } from "../support/certificate";
import { closing } from "../support/closing";
import { BARE_OVEN } from "./support/bare-oven";
import { commandLine } from "./support/command-line";

const rigwire = commandLine();
const PAGE = "http://rig.lab";

describe("rigwire serve at wss:", () => {
  it("takes a certificate, tokens and the origins of pages", async () => {
    const { key, cert } = selfSignedCertificate();
    rigwire.write("key.pem", key);
    rigwire.write("cert.pem", cert);
    rigwire.write("oven.js", BARE_OVEN);
    const token = addToken(join(rigwire.folder, "tokens"), "page");
    const web = ["--tls-key", "key.pem", "--tls-cert", "cert.pem", "--tokens", "tokens", "--origin", PAGE];
    const serving = rigwire.start("serve", "oven.js", "--url", "wss://127.0.0.1", "--json", ...web);
    const { url } = JSON.parse(await serving.line()) as { readonly url: string };

    const known = clientOf(await connect(url, { ca: cert, token, timeoutMs: 5_000 }));
    closing(known);
    expect((await known.inventory()).rigwire?.type).toBe("oven");
    await expect(connect(url, { ca: cert, token: "other" })).rejects.toThrow(
      /does not know this client's token/,
    );
    expect(await answerTo(url, cert, PAGE)).toBe("open");
    expect(await answerTo(url, cert, "http://elsewhere.lab")).toBe("403");
    serving.signal();
    expect((await serving.ended).code).toBe(0);
  });

  it("refuses half a certificate", async () => {
    const refused = await rigwire.run("serve", "oven.js", "--url", "wss://127.0.0.1", "--tls-key", "key.pem");

    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("--tls-cert") });
  });
});

/** What the server makes of a page of an origin: `open`, or the status of HTTP. */
function answerTo(url: string, ca: string, origin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ["rigwire.stream"], { ca, origin });
    socket.once("open", () => {
      socket.terminate();
      resolve("open");
    });
    socket.once("unexpected-response", (_request, { statusCode }) => {
      socket.on("error", () => undefined);
      socket.terminate();
      resolve(String(statusCode));
    });
    socket.once("error", reject);
  });
}
