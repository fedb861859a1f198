import { filter, firstValueFrom, timeout } from "rxjs";
import { type ClientState, DeviceUnavailableError } from "rigwire";
import { RpcClient } from "../../lib/client/rpc-client";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { openTestEndpoint } from "../support/test-endpoint";
import { decodeObject } from "../../lib/wire/message";

const MEGABYTE = "x".repeat(1_000_000);

/** What a device says of itself that leaves out what it says of its members. */
const rigwire = (
  memberPages: unknown,
  features: readonly string[] = ["member-pages"],
): Record<string, unknown> => ({
  version: "1",
  type: "stage",
  instance: "i",
  clock: 0,
  signalPort: 0,
  features,
  memberPages,
});

/**
 * A device that says what it likes.
 *
 * @returns A client of it, and the pages that it was asked for.
 */
async function served(description: object | undefined, answer: (page: number) => object | string) {
  const asked: number[] = [];
  const inventory = {
    json_methods: { stop: 1_000 },
    buffer_methods: {},
    signals: [],
    properties: [],
    name: "stage-1",
    ...(description !== undefined && { rigwire: description }),
  };
  const endpoint = closing(
    await openTestEndpoint((request) => {
      const { event, page } = decodeObject(request.body);
      if (event === "GET_MEMBERS") {
        asked.push(Number(page));
        const reply = answer(Number(page));
        request.reply([typeof reply === "string" ? reply : JSON.stringify(reply)]);
      } else {
        request.reply([JSON.stringify(event === "GET_INVENTORY" ? inventory : { success: true })]);
      }
    }),
  );
  const client = closing(
    new RpcClient(() => Promise.resolve(endpoint.url), undefined, {
      logger: new RecordingLogger(),
      local: false,
    }),
  );
  return { client, asked };
}

/** Makes it connect and waits until it tells why it cannot. */
async function problemOf(client: RpcClient): Promise<string | undefined> {
  const call = client.inventory({ timeoutMs: 5_000 }).catch(() => undefined);
  const told = client.state$.pipe(
    filter((state): state is Extract<ClientState, { kind: "connecting" }> => state.kind === "connecting"),
    filter(({ problem }) => problem !== undefined),
    timeout(5_000),
  );
  const { problem } = await firstValueFrom(told);
  await client.close();
  await call;
  return problem;
}

const page = (number: unknown, members: unknown, definitions: unknown = {}) => ({
  success: true,
  page: number,
  members,
  definitions,
});

describe("a device that tells its members in pages", () => {
  it("may announce any number of them: more than 64 are not asked for", async () => {
    for (const pages of [65, 1e9]) {
      const { client, asked } = await served(rigwire(pages), (number) => page(number, {}));
      expect(await problemOf(client)).toBe(
        `the device describes its members in ${pages} pages, more than the 64 that are taken`,
      );
      expect(asked).toEqual([]);
    }
  });

  it("may fill them: what is more than 4 MiB altogether is not taken", async () => {
    const { client, asked } = await served(rigwire(64), (number) =>
      page(number, { [`m${number}`]: { description: MEGABYTE } }),
    );
    expect(await problemOf(client)).toBe(
      "page 4 of what the device says of its members makes more than the 4194304 bytes that are taken of them all",
    );
    expect(asked).toEqual([0, 1, 2, 3, 4]);
  });

  const about = "page 1 of what the device says of its members";
  it.each<[string, object | string, string]>([
    ["another page", page(0, {}), "came as page 0"],
    ["a page without a number", page(undefined, {}), "came as page undefined"],
    ["a page whose number is a text", page("1", {}), "came as page string"],
    ["no members", page(1, undefined), "is none"],
    ["a list of members", page(1, [{}]), "is none"],
    ["definitions that are a text", page(1, {}, "Step"), "is none"],
    ["a member once more", page(1, { stop: {} }), 'describes "stop" again'],
    ["a class once more", page(1, {}, { Step: {} }), 'defines "Step" again'],
    ["a refusal", { success: false, error: "no" }, "was refused: no"],
  ])("and gives %s is not connected, and told so", async (_, answer, problem) => {
    const { client } = await served(rigwire(2), (number) =>
      number === 0 ? page(0, { stop: { interrupts: true } }, { Step: {} }) : answer,
    );
    expect(await problemOf(client)).toBe(`${about} ${problem}`);
  });

  it("may hold what is no description: that counts as absent", async () => {
    const { client } = await served(rigwire(1), () =>
      page(0, { stop: { interrupts: true, parameters: 7 }, go: 7 }, { Step: [] }),
    );
    const inventory = await client.inventory();
    expect(inventory.rigwire?.members).toEqual(new Map([["stop", { member: "stop", interrupts: true }]]));
    expect(inventory.rigwire?.definitions).toEqual({});
  });
});

describe("a device that tells its members in pages and is started anew between two questions", () => {
  it("is not described by what another start of it said", async () => {
    const description = rigwire(1);
    const { client } = await served(description, () => page(0, { stop: { interrupts: true } }));
    expect((await client.inventory()).rigwire?.members.size).toBe(1);
    description.instance = "another";

    await expect(client.inventory()).rejects.toThrow(
      new DeviceUnavailableError(
        "stage-1: the device was started anew while it was asked what it offers: ask again",
      ),
    );
  });
});

describe("a device that announces no pages", () => {
  it.each([
    ["an original", undefined],
    ["an older device", rigwire(undefined, ["status"])],
    ["one behind an older gateway, which passes on no feature that it does not know", rigwire(2, [])],
    ["one whose number is none", rigwire("many")],
    ["one whose number is not whole", rigwire(1.5)],
    ["one that has none", rigwire(0)],
  ])("is asked for none: %s", async (_, description) => {
    const { client, asked } = await served(description, (number) => page(number, {}));
    expect((await client.inventory()).name).toBe("stage-1");
    expect(asked).toEqual([]);
  });
});
