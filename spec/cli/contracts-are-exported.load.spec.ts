import { join } from "node:path";
import asyncapi from "@asyncapi/specs/schemas/3.0.0-without-$id.json";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020";
import { Type } from "class-transformer";
import { ArrayMinSize, IsIn, IsInt, IsOptional, Length, Max, Min, ValidateNested } from "class-validator";
import {
  Arg,
  arrayOf,
  BufferMethod,
  type BufferResult,
  dictOf,
  Integer,
  JsonMethod,
  oneOf,
  RpcProperty,
  RpcService,
  serve,
  setOf,
  Signal,
  StreamMethod,
  tupleOf,
} from "rigwire";
import { Subject } from "rxjs";
import thingSchema from "wot-thing-description-types/schema/td-json-schema-validation.json";
import { closing } from "../support/closing";
import { OriginalLookalike } from "../support/original-lookalike";
import { commandLine } from "./support/command-line";
import { complaints } from "./support/strict-compiler";

class Step {
  @IsInt() @Min(0) @Max(100) target: number = 0;
  @IsOptional() @Length(1, 20) note?: string;
  @IsOptional() at?: Date;
}

class Plan {
  @ValidateNested({ each: true }) @ArrayMinSize(1) @Type(() => Step) steps: Step[] = [];
  @IsIn(["slow", "fast"]) mode: string = "slow";
}

/** A device whose contract holds each kind of type. */
@RpcService({ type: "stage" })
class Stage {
  @Signal(Number, { unit: "mm", precision: 3 }) readonly moved = new Subject<number>();
  @Signal(Step, Integer) readonly done = new Subject<[Step, number]>();
  @Signal() readonly stopped = new Subject<void>();

  @RpcProperty({ unit: "mm/s", warn: [1, 15], description: "how fast */ it moves" })
  @Min(0.1)
  @Max(20)
  speed: number = 5;

  @RpcProperty({ notify: "moved", readonly: true, unit: "mm" }) position: number = 0;
  @RpcProperty() @IsIn(["up", "down"]) direction: string = "up";
  @RpcProperty({ type: tupleOf(Integer, String) }) pair: [number, string] = [1, "a"];
  @RpcProperty({ type: setOf(Integer) }) channels = new Set<number>();
  @RpcProperty({ type: dictOf(Number) }) gains: Record<string, number> = {};
  @RpcProperty({ type: String, nullable: true }) label: string | null = null;
  @RpcProperty() trace: Float64Array = new Float64Array(1);

  @JsonMethod({ returns: Number, progress: Step, unit: "mm" })
  async *moveTo(
    @Arg("target", { unit: "mm", min: 0, max: 100, description: "from home" }) target: number,
  ): AsyncGenerator<Step, number> {
    yield new Step();
    await Promise.resolve();
    return target;
  }

  @JsonMethod({ returns: arrayOf(Step), description: "does the steps" })
  run(@Arg("plan") plan: Plan, @Arg("from", { type: Integer, optional: true }) from?: number): Step[] {
    return plan.steps.slice(from);
  }

  @JsonMethod({ returns: oneOf(Step, null) }) last(): Step | null {
    return null;
  }

  @StreamMethod(Step) async *steps(
    @Arg("most", { type: Integer, min: 1 }) most: number,
  ): AsyncIterable<Step> {
    await Promise.resolve();
    if (most > 0) yield new Step();
  }

  @JsonMethod({ returns: Number, progress: Number, progressRange: [0, 100] })
  *visit(@Arg("places", { type: Number, unit: "mm" }) ...places: number[]): Generator<number, number> {
    yield 100;
    return places.length;
  }

  @BufferMethod() image(): BufferResult {
    return [Buffer.of(1), {}];
  }
}

const USE = `
  import { connect } from "rigwire";
  import { StageContract, type Step } from "./stage-contract";

  export async function use(): Promise<void> {
    const stage = connect(StageContract, "tcp://127.0.0.1:9");
    const steps: Step[] = await stage.run({ steps: [{ target: 5 }], mode: "fast" });
    const note: string | undefined = steps[0]?.note;
    const last: Step | null = await stage.last();
    const end: number = await stage.moveTo(last?.target ?? note?.length ?? 0);
    const visited: number = await stage.visit(1, 2, 3);
    await stage.direction.set(visited > 0 ? "up" : "down");
    await stage.label.set(null);
    // @ts-expect-error It is none of the choices.
    await stage.direction.set("left");
    // @ts-expect-error A plan has steps.
    await stage.run({ mode: "fast" });
    for await (const { target } of stage.steps(3)) if (target === end) break;
    stage.done.subscribe(([step, index]) => void (step.target + index + end));
  }
`;

const rigwire = commandLine();

async function exported(as: string): Promise<Record<string, unknown>> {
  const { url } = closing(await serve(new Stage(), { name: "stage" }));
  const { code, stdout, stderr } = await rigwire.run("types", url, "--as", as);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("The contract of a device", () => {
  it("is exported as TypeScript with results, classes and choices, which compiles at the strictest", async () => {
    const { url } = closing(await serve(new Stage(), { name: "stage" }));
    const { stdout } = await rigwire.run("types", url, "--as", "typescript");
    rigwire.write("stage-contract.ts", stdout);
    rigwire.write("use-of-stage.ts", USE);
    expect(stdout).toContain("export interface Step {\n  /** 0…100 */\n  target: number;");
    expect(stdout).toContain("   * how fast * / it moves\n   * 0.1…20 mm/s, look outside 1…15\n");
    expect(stdout).toContain("@JsonMethod({ progress: Number, progressRange: [0, 100], returns: Number })");
    expect(stdout).toContain('visit(@Arg("places", { type: Number, rest: true }) ...places: number[])');
    expect(stdout).toContain("@param target - from home; 0…100 mm");
    const files = ["stage-contract.ts", "use-of-stage.ts"].map((file) => join(rigwire.folder, file));
    expect(complaints(files)).toEqual([]);
  }, 60_000);

  it("is exported as one document of JSON Schema 2020-12, which takes and refuses values", async () => {
    const document = await exported("json-schema");
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, "stage");
    const takes = (name: string, value: unknown) => ajv.validate({ $ref: `stage#/$defs/${name}` }, value);
    expect(ajv.validate("stage", { speed: 5, direction: "up", label: null })).toBe(true);
    expect(ajv.validate("stage", { speed: 50 })).toBe(false);
    expect(takes("methods.run.arguments", { plan: { steps: [{ target: 5 }], mode: "fast" } })).toBe(true);
    expect(takes("methods.run.arguments", { plan: { steps: [{ target: 500 }], mode: "fast" } })).toBe(false);
    expect(takes("methods.run.arguments", {})).toBe(false);
    expect(takes("methods.moveTo.progress", { target: 1 })).toBe(true);
    expect(takes("methods.steps.item", { target: 101 })).toBe(false);
    expect(takes("signals.done", [{ target: 1 }, 2])).toBe(true);
    expect(takes("signals.done", [{ target: 1 }])).toBe(false);
    expect(document).toMatchObject({ properties: { position: { readOnly: true, "x-unit": "mm" } } });
  });

  it("is exported as AsyncAPI 3.0, as its published schema wants it", async () => {
    const document = await exported("asyncapi");
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
    const validate = ajv.compile(asyncapi);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(document).toMatchObject({
      operations: {
        "moveTo.call": { action: "receive", channel: { $ref: "#/channels/moveTo" } },
        "moved.emit": { action: "send" },
        "steps.next": { reply: { messages: [{ $ref: "#/channels/steps/messages/steps.next.items" }] } },
      },
      components: {
        schemas: { Plan: { properties: { steps: { items: { $ref: "#/components/schemas/Step" } } } } },
      },
    });
    expect(danglingReferences(document)).toEqual([]);
  });

  it("is exported as a Thing Description 1.1, as its published schema wants it", async () => {
    const document = await exported("thing-description");
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(withLatestContext(thingSchema));
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(document).toMatchObject({
      properties: { speed: { unit: "mm/s", minimum: 0.1, readOnly: false }, position: { observable: true } },
      actions: { run: { input: { properties: { plan: { properties: { steps: { minItems: 1 } } } } } } },
      events: {
        moved: { data: { type: "number", unit: "mm" } },
        steps: {
          subscription: { properties: { most: { type: "integer", minimum: 1 } } },
          data: { properties: { target: { maximum: 100 } } },
        },
      },
    });
  });

  it("is the same from a running device, from its class, and from the inventory that was saved", async () => {
    rigwire.write("lamp.ts", LAMP);
    const serving = rigwire.start("serve", "lamp.ts", "--json");
    const { url } = JSON.parse(await serving.line()) as { url: string };
    const [device, ofClass] = await Promise.all([
      rigwire.run("types", url, "--as", "json-schema"),
      rigwire.run("types", "lamp.ts", "--as", "json-schema"),
    ]);
    const saved = await rigwire.run("types", url, "--as", "inventory");
    rigwire.write("lamp.json", saved.stdout);
    const ofFile = await rigwire.run("types", "lamp.json", "--as", "json-schema");
    expect(device.stdout).toContain('"x-unit": "lx"');
    expect([ofClass, ofFile]).toEqual([device, device]);
  });

  it("of an original says what is known of it", async () => {
    const { url } = await OriginalLookalike.open({
      answer: ({ event }) =>
        event === "GET_INVENTORY"
          ? {
              json_methods: { go: 5 },
              buffer_methods: {},
              signals: ["moved"],
              properties: ["speed"],
              name: "old",
            }
          : undefined,
    });
    const results = await Promise.all(
      ["json-schema", "asyncapi", "thing-description", "inventory"].map((as) =>
        rigwire.run("types", url, "--as", as),
      ),
    );
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(JSON.parse(results[0]?.stdout ?? "")).toMatchObject({
      title: "old",
      properties: { speed: {} },
      $defs: { "methods.go.arguments": { type: "object" } },
    });
  });
});

const LAMP = `
  import { RpcProperty, RpcService } from "rigwire";

  @RpcService({ type: "lamp" })
  export class Lamp {
    @RpcProperty({ unit: "lx", min: 0, max: 10 }) brightness: number = 1;
  }
`;

/** References to places that the document has not. */
function danglingReferences(document: unknown): readonly string[] {
  const references: string[] = [];
  JSON.stringify(document, (key, value: unknown) => {
    if (key === "$ref" && typeof value === "string") references.push(value);
    return value;
  });
  return references.filter((reference) => {
    const place = reference.split("/").slice(1);
    return (
      place.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document) ===
      undefined
    );
  });
}

/** The schema in the package is older than the address of the context that the recommendation settled on. */
function withLatestContext(schema: object): object {
  const text = JSON.stringify(schema);
  return JSON.parse(
    text.replaceAll("https://www.w3.org/2019/wot/td/v1", "https://www.w3.org/2022/wot/td/v1.1"),
  ) as object;
}
