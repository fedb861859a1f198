import { OriginalLookalike } from "../support/original-lookalike";
import { decodeJson } from "../../lib/wire/json";
import { isObject } from "../../lib/wire/message";
import { commandLine, type CommandResult } from "./support/command-line";

const rigwire = commandLine();

/** Sets the title, rings, colours by a C1 byte, and turns the direction of writing. */
const EVIL = "\u001b]0;mine\u0007\u009b31m\u202e\u2066\u061c\u007f\r";
/** What may be printed: everything but control characters other than line ends and tabs, and what turns writing. */
const ONLY_PRINTABLE = /^[^\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]*$/u;

const METHOD = `move${EVIL}`;
const PROPERTY = `speed${EVIL}`;
const SIGNAL = `moved${EVIL}`;

const INVENTORY = {
  json_methods: { [METHOD]: 1_000, fail: 1_000 },
  buffer_methods: { image: 1_000 },
  signals: [SIGNAL],
  properties: [PROPERTY],
  name: `cam${EVIL}`,
};
const RIGWIRE = {
  type: `camera${EVIL}`,
  version: `1${EVIL}`,
  instance: "1",
  clock: 1,
  features: [],
  members: {
    [METHOD]: {
      member: METHOD,
      description: `moves */ ${EVIL}`,
      progress: `number${EVIL}`,
      parameters: [{ name: `to${EVIL}`, type: `number${EVIL}`, optional: false }],
    },
    [PROPERTY]: {
      member: PROPERTY,
      type: `number${EVIL}`,
      description: EVIL,
      notify: SIGNAL,
      schema: { enum: [EVIL, "1"], "x-unit": EVIL, pattern: EVIL },
    },
    [SIGNAL]: {
      member: SIGNAL,
      arguments: [`number${EVIL}`],
      description: EVIL,
      schemas: [{ "x-unit": EVIL }],
    },
  },
  definitions: { [EVIL]: { properties: { [EVIL]: { type: EVIL, "x-unit": `*/ ${EVIL}` } } } },
};

/** A device whose every text is hostile; with `rigwire` it says what a device of ours says. */
function openDevice(rigwireKey?: object): Promise<OriginalLookalike> {
  return OriginalLookalike.open({
    answer: ({ event, method }) => {
      if (event === "GET_INVENTORY") return { ...INVENTORY, ...(rigwireKey && { rigwire: rigwireKey }) };
      if (event === "PROPERTY_GET") return { success: true, value: { [EVIL]: EVIL } };
      if (event === "PROPERTY_SET" || method === "fail") {
        return { success: false, error: EVIL, traceback: `${EVIL}\n  at ${EVIL}` };
      }
      return event === "METHOD_CALL" ? { success: true, result: [EVIL] } : undefined;
    },
  });
}

describe.each([
  ["an original", undefined],
  ["a device of ours", { ...RIGWIRE, signalPort: 0 }],
])("what the command prints of %s with control characters in all its texts", (_, key) => {
  it.each([
    ["all of it", ["inspect"]],
    ["its properties", ["get"]],
    ["one property", ["get", PROPERTY]],
    ["a value that it refuses", ["set", PROPERTY, "1"]],
    ["a result", ["call", METHOD, "5"]],
    ["an error", ["call", "fail"]],
    ["an error with its trace", ["call", "fail", "--verbose"]],
    ["what there is instead of a method", ["call", "nope"]],
    ["its contract", ["types"]],
    ["its contract as JSON Schema", ["types", "--as", "json-schema"]],
    ["its contract as AsyncAPI", ["types", "--as", "asyncapi"]],
    ["its contract as a Thing Description", ["types", "--as", "thing-description"]],
    ["its name", ["ping", "--count", "1"]],
  ])("changes nothing in a terminal or a file: %s", async (_name, [command = "", ...args]) => {
    const { url } = await openDevice(key);
    for (const json of [[], ["--json"]]) expectPrintable(await rigwire.run(command, url, ...args, ...json));
  });

  it("means the same in JSON", async () => {
    const { url } = await openDevice(key);
    const { stdout } = await rigwire.run("call", url, METHOD, "5", "--json");
    const record = decodeJson(stdout);

    expect(isObject(record) && record.result).toEqual([EVIL]);
  });

  it("is seen, not left out", async () => {
    const { url } = await openDevice(key);
    const { stdout } = await rigwire.run("call", url, METHOD, "5");

    expect(stdout).toContain("\\u001b]0;mine\\u0007\\u009b31m\\u202e\\u2066\\u061c\\u007f");
  });
});

function expectPrintable({ stdout, stderr }: CommandResult): void {
  for (const line of `${stdout}${stderr}`.split(/[\n\t]/)) expect(line).toMatch(ONLY_PRINTABLE);
}
