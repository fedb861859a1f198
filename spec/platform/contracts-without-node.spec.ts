import "reflect-metadata";
import { IsIn, IsInt } from "class-validator";
import { Arg, JsonMethod, RpcProperty, RpcService } from "../../lib/index";
import { contractOf } from "../../lib/contract/contract-of";
import { platform, usePlatform } from "../../lib/platform/current";
import { portable } from "../../lib/platform/portable";

const installed = platform();

beforeEach(() => usePlatform(portable));
afterEach(() => usePlatform(installed));

describe("a contract with rules of class-validator, where nobody can load it", () => {
  it("is read, since it is the device that checks them", () => {
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
    @RpcService({ type: "stage" })
    class Stage {
      @RpcProperty() @IsInt() step: number = 1;
    }
    const step = contractOf(Stage).members.get("step");

    if (step?.kind !== "property" || step.guard === undefined) throw new Error("the rule is gone");
    await expect(step.guard(2)).rejects.toThrow(/class-validator are checked by the device/);
  });
});
