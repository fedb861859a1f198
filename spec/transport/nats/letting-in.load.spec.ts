import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import {
  AddressError,
  AuthenticationError,
  clientOf,
  connect,
  type NatsOptions,
  serve,
} from "../../../lib/index";
import { closing } from "../../support/closing";
import { selfSignedCertificate } from "../../support/certificate";
import { describeWithNats, NatsServer } from "../../support/nats-server";
import { RecordingLogger } from "../../support/recording-logger";
import { ConformanceDevice } from "../conformance/conformance-device";

const logger = new RecordingLogger();

/** How long the server waits for a signature, in seconds: the client signs in JavaScript, which takes its time at first. */
const SIGNING_S = 20;

describeWithNats("A NATS server that does not let everybody in", () => {
  let folder: string;
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "rigwire-nats-spec-"));
    // The first signature of a process takes far longer than those after it.
    nkeys.createUser().sign(Buffer.from("warm"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A device and its client, both with these options. */
  async function callsThrough(config: string, nats: NatsOptions): Promise<string> {
    const broker = closing(await NatsServer.start({ config }));
    const url = `nats://localhost:${broker.port}/berlin/cam`;
    await expect(serve(new ConformanceDevice(), { url, logger })).rejects.toThrow(AddressError);
    const stranger = connect(ConformanceDevice, url, { logger });
    closing(clientOf(stranger));
    await expect(stranger.echo("?")).rejects.toThrow(/NATS server/);
    closing(await serve(new ConformanceDevice(), { url, logger, nats }));
    const remote = connect(ConformanceDevice, url, { logger, nats });
    closing(clientOf(remote));
    return remote.echo("let in");
  }

  it("lets in by a user and a password", async () => {
    const config = `authorization { user: ann, password: secret }`;
    expect(await callsThrough(config, { user: "ann", password: "secret" })).toBe("let in");
  });

  it("lets in by a token", async () => {
    expect(await callsThrough(`authorization { token: s3cret }`, { token: "s3cret" })).toBe("let in");
  });

  it("lets in by an NKEY", async () => {
    const pair = nkeys.createUser();
    const config = `authorization { timeout: ${SIGNING_S}, users: [ { nkey: ${pair.getPublicKey()} } ] }`;
    const seed = Buffer.from(pair.getSeed()).toString();
    expect(await callsThrough(config, { nkey: file("user.nk", `${seed}\n`) })).toBe("let in");
  });

  it("lets in by a JWT that an account signed", async () => {
    const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()];
    const ofOperator = jwt(operator, operator.getPublicKey(), "operator", {});
    const limits = {
      subs: -1,
      data: -1,
      payload: -1,
      imports: -1,
      exports: -1,
      conn: -1,
      leaf: -1,
      wildcards: true,
    };
    const ofAccount = jwt(operator, account.getPublicKey(), "account", { limits });
    const ofUser = jwt(account, user.getPublicKey(), "user", { subs: -1, data: -1, payload: -1 });
    const config = [
      `operator: ${file("operator.jwt", ofOperator)}`,
      "resolver: MEMORY",
      `authorization { timeout: ${SIGNING_S} }`,
      `resolver_preload: { ${account.getPublicKey()}: ${ofAccount} }`,
    ].join("\n");
    const credentials = [
      `-----BEGIN NATS USER JWT-----\n${ofUser}\n------END NATS USER JWT------`,
      `-----BEGIN USER NKEY SEED-----\n${Buffer.from(user.getSeed()).toString()}\n------END USER NKEY SEED------`,
      "",
    ].join("\n\n");
    expect(await callsThrough(config, { credentials: file("user.creds", credentials) })).toBe("let in");
  });

  it("is trusted by the certificate of its authority", async () => {
    const { key, cert } = selfSignedCertificate();
    const ca = file("cert.pem", cert);
    const config = `tls { cert_file: "${ca}", key_file: "${file("key.pem", key)}" }`;
    expect(await callsThrough(config, { tls: { ca } })).toBe("let in");
  });

  it("is told as such to a client that it does not let in", async () => {
    const broker = closing(await NatsServer.start({ config: `authorization { token: s3cret }` }));
    const remote = connect(ConformanceDevice, `${broker.url}/berlin/cam`, {
      logger,
      nats: { token: "wrong" },
    });
    closing(clientOf(remote));

    const error: unknown = await remote.echo("?").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({
      problem: "broker-login",
      message: expect.stringMatching(/credentials/) as string,
    });
  });
});

/** A claim as NATS accounts make them (JWT with the algorithm ed25519-nkey). */
function jwt(
  issuer: ReturnType<typeof nkeys.createUser>,
  subject: string,
  type: string,
  nats: object,
): string {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString("base64url");
  const iat = Math.floor(Date.now() / 1_000);
  const text = [
    part({ typ: "JWT", alg: "ed25519-nkey" }),
    part({
      jti: subject,
      iat,
      iss: issuer.getPublicKey(),
      sub: subject,
      name: type,
      nats: { ...nats, type, version: 2 },
    }),
  ].join(".");
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString("base64url")}`;
}
