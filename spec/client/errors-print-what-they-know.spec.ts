import { inspect } from "node:util";
import { ContractError, DeviceUnavailableError, RemoteError } from "rigwire";

describe("an error that ends a program", () => {
  it.each([
    new DeviceUnavailableError("nobody answers"),
    new ContractError("the class is not decorated"),
    new RemoteError("the shutter is stuck", ""),
  ])("prints nothing that is not known: $name", (error) => {
    expect(inspect(error)).not.toContain("undefined");
  });

  it("prints where it happened, and what the device says of it", () => {
    const error = new RemoteError("stuck", "", { device: "cam", member: "open" }, { name: "Jam", code: 7 });

    const printed = inspect(error);
    for (const known of ["device: 'cam'", "member: 'open'", "remoteName: 'Jam'", "code: 7"]) {
      expect(printed).toContain(known);
    }
  });
});
