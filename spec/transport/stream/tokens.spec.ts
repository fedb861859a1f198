import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addToken, AuthenticationError, type ClientOptions, KeyError } from "../../../lib/index";
import { closing } from "../../support/closing";
import { connectLamp, serveLamp } from "./lamp";

describe("a device with tokens", () => {
  let folder: string;
  let tokens: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rigwire-tokens-"));
    closing({ close: () => rmSync(folder, { recursive: true }) });
    tokens = join(folder, "made", "tokens");
  });

  async function refusalOf(url: string, options: ClientOptions): Promise<unknown> {
    const lamp = connectLamp(url, { timeoutMs: 300, ...options });
    return lamp.switch(true).catch((error: unknown) => error);
  }

  it("knows each client by the name of its token", async () => {
    const [desk, tablet] = ["desk", "tablet"].map((name) => addToken(tokens, name));
    const { server } = await serveLamp({ url: "ws://127.0.0.1", tokens });

    expect(await connectLamp(server.url, { token: desk! }).whoAmI()).toBe("desk");
    expect(await connectLamp(server.url, { token: tablet! }).whoAmI()).toBe("tablet");
  });

  it("keeps no token, and its file to its owner", () => {
    const token = addToken(tokens, "desk");

    expect(readFileSync(tokens, "utf8")).not.toContain(token);
    expect(statSync(tokens).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "made")).mode & 0o777).toBe(0o700);
  });

  it("takes nobody without one, or with another, and says what to do", async () => {
    addToken(tokens, "desk");
    const { server } = await serveLamp({ url: "ws://127.0.0.1", tokens });
    const without = await refusalOf(server.url, {});
    const wrong = await refusalOf(server.url, { token: "guessed" });

    expect(without).toBeInstanceOf(AuthenticationError);
    expect((without as AuthenticationError).problem).toBe("client-without-token");
    expect((without as Error).message).toMatch(/takes only clients with a token: give this one its own/);
    expect(wrong).toBeInstanceOf(AuthenticationError);
    expect((wrong as AuthenticationError).problem).toBe("unknown-token");
    expect((wrong as Error).message).toMatch(/does not know this client's token/);
  });

  it("takes a token from the moment when its line is there until it is gone", async () => {
    addToken(tokens, "desk");
    const { server } = await serveLamp({ url: "ws://127.0.0.1", tokens });
    const token = addToken(tokens, "tablet");
    expect(await connectLamp(server.url, { token }).whoAmI()).toBe("tablet");
    writeFileSync(tokens, readFileSync(tokens, "utf8").replace(/^tablet .*\n/m, ""));

    expect(await refusalOf(server.url, { token })).toBeInstanceOf(AuthenticationError);
  });

  it("takes nobody while its file cannot be trusted", async () => {
    const token = addToken(tokens, "desk");
    const { server, logger } = await serveLamp({ url: "ws://127.0.0.1", tokens });
    chmodSync(tokens, 0o666);

    expect(await refusalOf(server.url, { token })).toBeInstanceOf(AuthenticationError);
    expect(logger.lines).toContainEqual(
      expect.stringMatching(/no token is taken: others can write to .*: run chmod go-w/),
    );
    chmodSync(tokens, 0o600);
    expect(await connectLamp(server.url, { token }).whoAmI()).toBe("desk");
  });

  it("warns where tokens travel in the open", async () => {
    addToken(tokens, "desk");
    const { logger } = await serveLamp({ url: "ws://0.0.0.0", tokens });

    expect(logger.lines).toEqual([
      expect.stringMatching(/is not encrypted: tokens and everything else can be read/),
    ]);
  });

  it.each([
    ["is not there", undefined, /the file of tokens cannot be read.*rigwire keygen --token NAME/],
    ["holds something else", "desk 12\n", /line 1 of .* is none of a file of tokens/],
    ["names somebody twice", `a ${"0".repeat(64)}\na ${"1".repeat(64)}\n`, /line 2 of .* each name once/],
  ])("does not start where the file %s", async (_what, text, problem) => {
    const path = join(folder, "tokens");
    if (text !== undefined) writeFileSync(path, text, { mode: 0o600 });
    const serving = serveLamp({ url: "ws://127.0.0.1", tokens: path });

    await expect(serving).rejects.toThrow(problem);
    await expect(serving).rejects.toThrow(KeyError);
  });

  it("has one token for a name, and names that fit a line", () => {
    addToken(tokens, "desk");

    expect(() => addToken(tokens, "desk")).toThrow(/has a token named desk: remove its line first/);
    expect(() => addToken(tokens, "two words")).toThrow(/cannot name a token/);
  });
});
