import { IsNumber, ValidateNested } from "class-validator";
import { Type } from "class-transformer";
import { Subject } from "rxjs";
import { Arg, JsonMethod, RpcProperty, RpcService, serve, Signal } from "rigwire";
import { closing } from "../support/closing";
import { type RawClient, RawSubscriber, rawClient } from "../support/raw-client";

class Inner {
  @IsNumber() depth = 0;
}

class Target {
  @IsNumber() x = 0;
  @ValidateNested() @Type(() => Inner) inner?: Inner;
  free?: unknown;

  distance(): number {
    return Math.abs(this.x);
  }
}

class Base {
  inherited = "inherited";
  reached: string[] = [];

  baseMethod(): string {
    this.reached.push("baseMethod");
    return "base";
  }
}

@RpcService({ type: "stage" })
class Stage extends Base {
  @Signal(Number) readonly moved = new Subject<number>();
  readonly hiddenSignal = new Subject<number>();
  @RpcProperty() position = 0;
  @RpcProperty() settings: object = {};
  hidden = "hidden";

  @JsonMethod()
  moveTo(@Arg("target") target: Target): number {
    return target.distance();
  }

  @JsonMethod()
  echo(@Arg("value") value?: object): unknown {
    return value;
  }

  undecorated(): string {
    this.reached.push("undecorated");
    return "undecorated";
  }
}

/** What every object has, what the device has besides, and what its kin are reached by. */
const NAMES = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...["prototype", "call", "apply", "bind", "then", "toJSON", "length", "name", "caller", "arguments"],
  ...["undecorated", "hidden", "hiddenSignal", "inherited", "baseMethod", "reached"],
  ...["", " ", "moveTo ", "MOVETO", "moveTo.call", "position.constructor", "settings.x", "0", "moveTo\0"],
];

describe("a device", () => {
  let stage: Stage;
  let client: RawClient;

  beforeEach(async () => {
    stage = new Stage();
    client = rawClient(closing(await serve(stage)).url);
  });

  afterEach(async () => {
    expect(stage.reached).toEqual([]);
    expect(await client.call("moveTo", [{ x: -3 }])).toEqual({ success: true, result: 3 });
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([...NAMES, "moved", "position"])("runs no method %j", async (name) => {
    expect(await client.call(name)).toEqual({ success: false, error: `Method ${name} not implemented` });
  });

  it.each([...NAMES, "moved", "moveTo"])("tells and takes no property %j", async (name) => {
    const before = Object.getOwnPropertyDescriptors(stage);
    expect(await client.get(name)).toMatchObject({
      success: false,
      error: expect.stringContaining("no property"),
    });
    expect(await client.set(name, { polluted: true })).toMatchObject({ success: false });
    expect(Object.getOwnPropertyDescriptors(stage)).toEqual(before);
    expect(Object.getPrototypeOf(stage)).toBe(Stage.prototype);
  });

  it.each(NAMES)("takes no argument by the name %j", async (name) => {
    const params = `{"args":[],"kwargs":{${JSON.stringify(name)}:{"polluted":true}}}`;
    const [reply] = await client.exchange(`{"event":"METHOD_CALL","method":"echo","params":${params}}`);
    expect(JSON.parse(reply!.toString())).toMatchObject({
      success: false,
      error: expect.stringContaining("has no argument"),
    });
  });

  it("names only what is decorated in its inventory", async () => {
    const { json_methods, buffer_methods, signals, properties, rigwire } = await client.ask({
      event: "GET_INVENTORY",
    });
    expect([Object.keys(json_methods as object), buffer_methods]).toEqual([["moveTo", "echo"], {}]);
    expect([signals, properties]).toEqual([["moved"], ["position", "settings"]]);
    const { members } = rigwire as { members: object };
    expect(Object.keys(members).sort()).toEqual(["echo", "moveTo", "moved", "position", "settings"]);
  });

  it("publishes no other signal, whatever is subscribed", async () => {
    const subscriber = await RawSubscriber.open(client, "", "hiddenSignal", "__proto__", '{"event"');
    stage.hiddenSignal.next(1);
    stage.moved.next(2);
    expect(JSON.parse(await subscriber.next())).toMatchObject({ signal: "moved", args: [2] });
  });
});

describe("JSON that would pollute prototypes", () => {
  const POISONS = [
    `{"__proto__":{"polluted":true}}`,
    `{"constructor":{"prototype":{"polluted":true}}}`,
    `{"x":1,"__proto__":{"polluted":true},"inner":{"__proto__":{"polluted":true}}}`,
    `{"x":1,"inner":{"constructor":{"prototype":{"polluted":true}},"depth":1}}`,
    `{"x":1,"free":{"constructor":{"prototype":{"polluted":true}}}}`,
    `{"x":1,"free":{"constructor":"Function"}}`,
    `{"x":1,"inner":{"__proto__":[],"length":4294967295}}`,
    `{"x":9007199254740993,"__proto__":{"polluted":true},"toString":null,"hasOwnProperty":null}`,
  ];
  let stage: Stage;
  let client: RawClient;

  beforeEach(async () => {
    stage = new Stage();
    client = rawClient(closing(await serve(stage)).url);
  });

  afterEach(async () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect((await client.ask({ event: "GET_INVENTORY" })).name).toBe("");
  });

  async function answerTo(message: string): Promise<Record<string, unknown>> {
    const [reply] = await client.exchange(message);
    return JSON.parse(reply!.toString()) as Record<string, unknown>;
  }

  it.each(POISONS)("is harmless as an argument, as its class or as it is: %s", async (poison) => {
    for (const method of ["moveTo", "echo"]) {
      const reply = await answerTo(
        `{"event":"METHOD_CALL","method":"${method}","params":{"args":[${poison}]}}`,
      );
      expect(typeof reply.success).toBe("boolean");
    }
  });

  it("comes back from a device as it came, an ordinary member", async () => {
    const poison = `{"__proto__":{"polluted":true}}`;
    const [reply] = await client.exchange(
      `{"event":"METHOD_CALL","method":"echo","params":{"args":[${poison}]}}`,
    );
    expect(reply!.toString()).toContain(poison);
  });

  it.each(POISONS)("is harmless as a property's value: %s", async (poison) => {
    expect(await answerTo(`{"event":"PROPERTY_SET","property":"settings","value":${poison}}`)).toEqual({
      success: true,
    });
    expect(Object.getPrototypeOf(stage.settings)).toBe(Object.prototype);
  });

  it.each(POISONS)("is harmless as a request, its parameters, or in a batch: %s", async (poison) => {
    const inner = poison.slice(1, -1);
    const call = `"event":"METHOD_CALL","method":"echo"`;
    for (const message of [poison, `{${call},"params":${poison}}`, `{${call},${inner}}`]) {
      expect(typeof (await answerTo(message)).success).toBe("boolean");
    }
    const lent = `{"__proto__":{${call},"params":{"args":[1]}}}`;
    expect(await answerTo(lent)).toMatchObject({
      success: false,
      error: expect.stringContaining('no "event"'),
    });
  });
});
