import { inspect } from "node:util";
import { ContractError } from "rigwire";
import { resolveClientSecurity, resolveServerSecurity } from "../../lib/security/security-options";

describe("a setting of the environment that is set to nothing", () => {
  it("counts as unset", () => {
    const nothing = { RIGWIRE_KEYS: "", RIGWIRE_ALLOW: "", RIGWIRE_SERVER_KEY: "" };

    expect(resolveServerSecurity(undefined, nothing)).toBeUndefined();
    expect(resolveClientSecurity(undefined, nothing)).toBe("plain");
  });

  it("is half a setup where the others are set", () => {
    expect(() => resolveServerSecurity(undefined, { RIGWIRE_KEYS: "", RIGWIRE_ALLOW: "any" })).toThrow(
      "RIGWIRE_KEYS, the path of this process's key file, is not",
    );
  });
});

it("an error prints the device and the member that it has, and none that it has not", () => {
  expect(inspect(new ContractError("a"))).not.toMatch(/device|member/);
  expect(inspect(new ContractError("a", { device: "cam-1" }))).toMatch(/device: 'cam-1'/);
});
