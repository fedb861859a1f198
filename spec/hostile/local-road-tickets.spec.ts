import { join } from "node:path";
import { readdirSync } from "node:fs";
import { AuthenticationError, clientOf, generateKeys, type RpcServer } from "rigwire";
import { Tickets } from "../../lib/transport/stream/local/tickets";
import { KIND } from "../../lib/transport/stream/frame-layout";
import { type LocalRoadOffer } from "../../lib/wire/local-road-offer";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RawClient } from "../support/raw-client";
import { RawStream } from "../support/raw-stream";
import { ownRuntimeFolder } from "../support/runtime-folder";
import fc from "../support/seeded-fast-check";
import { connectLamp, serveLamp } from "../transport/stream/lamp";
import { RUNS, TIME_LIMIT_MS } from "./recorded-frames";

jest.setTimeout(TIME_LIMIT_MS);

const runtime = ownRuntimeFolder();

const TCP = { url: "tcp://127.0.0.1" };

async function serveAnyLamp(): Promise<{ server: RpcServer; road: string }> {
  const { server } = await serveLamp(TCP);
  const folder = join(runtime.path, "rigwire");
  return { server, road: `unix://${join(folder, readdirSync(folder)[0] ?? "")}` };
}

function asker(server: RpcServer): RawClient {
  return closing(new RawClient(server.url));
}

async function offerTo(client: RawClient): Promise<LocalRoadOffer> {
  return (await client.ask({ event: "LOCAL_ROAD" })) as unknown as LocalRoadOffer;
}

async function present(road: string, ticket: unknown): Promise<RawStream> {
  const raw = await RawStream.open(road);
  raw.hello({ protocol: "rigwire-stream", version: 1, ticket });
  return raw;
}

/** Turned away with one word, the same for everybody. */
async function expectRefused(raw: RawStream): Promise<void> {
  const { parts } = await raw.next(KIND.hello);
  expect(JSON.parse(String(parts[0]))).toEqual({
    protocol: "rigwire-stream",
    version: 1,
    refused: "no-ticket",
  });
  await raw.ended();
  expect(raw.frames).toEqual([]);
}

async function expectWelcome(raw: RawStream, { proof }: LocalRoadOffer): Promise<void> {
  const { parts } = await raw.next(KIND.hello);
  expect(JSON.parse(String(parts[0]))).toEqual({ protocol: "rigwire-stream", version: 1, proof });
}

describe("the socket of the local road", () => {
  it("refuses whoever has no ticket, whatever it says in its place", async () => {
    const { server, road } = await serveAnyLamp();
    const offer = await offerTo(asker(server));
    const wrong = `${offer.ticket.slice(0, -4)}${offer.ticket.endsWith("AAAA") ? "BBBB" : "AAAA"}`;
    const number = offer.ticket.slice(0, offer.ticket.indexOf("."));
    const tickets = [
      undefined,
      "",
      "1",
      wrong,
      `${number}.`,
      offer.proof,
      `${number}.${offer.proof}`,
      7,
      { a: 1 },
    ];
    for (const ticket of tickets) await expectRefused(await present(road, ticket));

    // Nothing of that has made the true one void.
    await expectWelcome(await present(road, offer.ticket), offer);
  });

  it("refuses anything that is made up", async () => {
    const { road } = await serveAnyLamp();
    const digits = fc.nat({ max: 20 });
    const secrets = fc.uint8Array({ minLength: 31, maxLength: 33 });
    const made = fc.oneof(
      fc.string(),
      fc
        .tuple(digits, secrets)
        .map(([number, secret]) => `${number}.${Buffer.from(secret).toString("base64url")}`),
    );
    await fc.assert(
      fc.asyncProperty(made, async (ticket) => {
        const raw = await present(road, ticket);
        await expectRefused(raw);
      }),
      { numRuns: Math.min(RUNS, 50) },
    );
  });

  it("takes a ticket once", async () => {
    const { server, road } = await serveAnyLamp();
    const offer = await offerTo(asker(server));
    const first = await present(road, offer.ticket);
    await expectWelcome(first, offer);
    await expectRefused(await present(road, offer.ticket));
    first.close();
    await eventually("the first is gone", () => first.isEnded);

    await expectRefused(await present(road, offer.ticket));
  });

  it("takes the last ticket of a client only, and each client's own", async () => {
    const { server, road } = await serveAnyLamp();
    const [one, other] = [asker(server), asker(server)];
    const first = await offerTo(one);
    const [last, others] = [await offerTo(one), await offerTo(other)];

    await expectRefused(await present(road, first.ticket));
    await expectWelcome(await present(road, last.ticket), last);
    await expectWelcome(await present(road, others.ticket), others);
  });

  it("gives a client that came no second way in, neither there nor where it came from", async () => {
    const { server, road } = await serveAnyLamp();
    const client = asker(server);
    const offer = await offerTo(client);
    const raw = await present(road, offer.ticket);
    await expectWelcome(raw, offer);
    raw.request(1, { event: "LOCAL_ROAD" });
    const { parts } = await raw.next(KIND.message);

    expect(JSON.parse(String(parts[0]))).toMatchObject({ success: false });
    expect(await client.ask({ event: "LOCAL_ROAD" })).toMatchObject({ success: false });
  });

  it("answers nothing that is asked before the ticket", async () => {
    const { road } = await serveAnyLamp();
    const raw = await RawStream.open(road);
    raw.request(1, { event: "GET_INVENTORY" });
    await raw.ended();

    expect(raw.frames).toEqual([]);
  });

  it("drops whoever says nothing, while others come and go", async () => {
    const { server, road } = await serveAnyLamp();
    const silent = await Promise.all(Array.from({ length: 50 }, () => RawStream.open(road)));
    const lamp = connectLamp(server.url);
    expect(await lamp.switch(true)).toBe(true);

    for (const raw of silent) await raw.ended();
    expect(silent.flatMap(({ frames }) => frames)).toEqual([]);
    expect(await lamp.switch(false)).toBe(false);
  });

  it("is named to nobody whose key is not allowed", async () => {
    const [ofServer, ofClient] = [generateKeys(), generateKeys()];
    const { server } = await serveLamp({ ...TCP, security: { keys: ofServer, allow: [ofClient.publicKey] } });
    const stranger = connectLamp(server.url, {
      security: { keys: generateKeys(), serverKey: ofServer.publicKey },
    });
    const plain = asker(server);
    const known = connectLamp(server.url, { security: { keys: ofClient, serverKey: ofServer.publicKey } });
    const answered = Promise.race([
      plain.ask({ event: "LOCAL_ROAD" }).catch(() => "no answer"),
      known.switch(true),
    ]);

    await expect(stranger.switch(true)).rejects.toThrow(AuthenticationError);
    expect(await answered).toBe(true);
    await clientOf(stranger).close();
  });
});

describe("tickets", () => {
  const client = (id: string) => ({ id, key: undefined, address: undefined });

  it("are good for a few seconds", () => {
    let now = 0;
    const tickets = new Tickets(() => now);
    const early = tickets.issue(client("early"))?.ticket ?? "";
    const late = tickets.issue(client("late"))?.ticket ?? "";
    now = 2_999;
    expect(tickets.take(early)?.client.id).toBe("early");
    now = 3_000;

    expect(tickets.take(late)).toBeUndefined();
  });

  it("are void when their client is gone", () => {
    const tickets = new Tickets();
    const { ticket = "" } = tickets.issue(client("gone")) ?? {};
    tickets.revoke(client("gone"));

    expect(tickets.take(ticket)).toBeUndefined();
  });

  it("are bounded in number, and there is room again when they have expired", () => {
    let now = 0;
    const tickets = new Tickets(() => now);
    const given = Array.from({ length: 5_000 }, (_, index) => tickets.issue(client(String(index))));
    expect(given.filter((each) => each !== undefined)).toHaveLength(4_096);
    now = 3_000;

    expect(tickets.issue(client("later"))).toBeDefined();
  });

  it("never say the same twice", () => {
    const tickets = new Tickets();
    const said = Array.from({ length: 200 }, () => {
      const { ticket = "", proof = "" } = tickets.issue(client("one")) ?? {};
      return [ticket.slice(ticket.indexOf(".")), proof];
    }).flat();

    expect(new Set(said).size).toBe(400);
  });
});
