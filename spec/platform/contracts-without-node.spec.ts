import "reflect-metadata";
import { IsIn, IsInt } from "class-validator";
import type * as Pages from "../../lib/browser";
import type * as DtoInstance from "../../lib/contract/dto-instance";

/** The library as a page has it: nothing of Node is installed. */
let page: typeof Pages;
let dtoInstance: (typeof DtoInstance)["dtoInstance"];

beforeAll(() =>
  jest.isolateModules(() => {
    page = jest.requireActual<typeof Pages>("../../lib/browser");
    ({ dtoInstance } = jest.requireActual<typeof DtoInstance>("../../lib/contract/dto-instance"));
  }),
);

describe("a contract with rules of class-validator in a page", () => {
  it("is read, since it is the device that checks them", () => {
    const { Arg, contractOf, JsonMethod, RpcProperty, RpcService } = page;
    @RpcService({ type: "camera" })
    class Camera {
      @RpcProperty() @IsIn(["STILL", "VIDEO"]) mode: string = "STILL";

      @JsonMethod() expose(@Arg("ms", { rules: [IsInt()] }) ms: number): number {
        return ms;
      }
    }

    expect([...contractOf(Camera).members.keys()]).toEqual(["mode", "expose"]);
  });

  it("says who checks them where it is asked to", async () => {
    const { contractOf, RpcProperty, RpcService } = page;
    @RpcService({ type: "stage" })
    class Stage {
      @RpcProperty() @IsInt() step: number = 1;
      @RpcProperty({ max: 4, rules: [IsInt()] }) speed: number = 1;
    }
    const guards = ["step", "speed"].map((name) => {
      const member = contractOf(Stage).members.get(name);
      if (member?.kind !== "property" || member.guard === undefined) throw new Error("the rule is gone");
      return member.guard;
    });

    for (const guard of guards) {
      await expect(guard(2)).rejects.toThrow(/class-validator are checked by the device/);
    }
  });

  it("still checks its limits", async () => {
    const { contractOf, RpcProperty, RpcService, ValidationError } = page;
    @RpcService({ type: "stage" })
    class Stage {
      @RpcProperty({ max: 4 }) speed: number = 1;
    }
    const speed = contractOf(Stage).members.get("speed");

    if (speed?.kind !== "property" || speed.guard === undefined) throw new Error("the limit is gone");
    await expect(speed.guard(4)).resolves.toBeUndefined();
    await expect(speed.guard(5)).rejects.toThrow(ValidationError);
  });
});

describe("a class that a page takes from a device", () => {
  it("needs class-transformer, which the page has to ask for", () => {
    class Spot {
      x: number = 0;
    }

    expect(() => dtoInstance(Spot, { x: 1 })).toThrow(/import "rigwire\/browser\/class-transformer" once/);
  });
});
