import { eventually } from "../support/eventually";
import { ChaosProcess } from "./chaos-process";

/** There is no such file: it ends before it is ready. */
function crashing(): ChaosProcess {
  return new ChaosProcess("device-0", "no-such-program", []);
}

describe("a process of the chaos that crashes", () => {
  it("fails who waits for it, and is told of with what it wrote", async () => {
    const process = crashing();

    await expect(process.start()).rejects.toThrow('device-0 ended and was not "ready"');
    await eventually("its end is known", () => process.crashes.length > 0);
    expect(process.crashes).toEqual([expect.stringContaining("it ended by itself with 1:")]);
    expect(process.crashes).toEqual([expect.stringContaining("Cannot find module")]);
  });

  it("is not waited for when it is asked afterwards", async () => {
    const process = crashing();
    await expect(process.start()).rejects.toThrow();

    const asked = process.ask({ kind: "memory" }, "memory", 60_000);
    await expect(asked).rejects.toThrow('device-0 is not there and was not "memory"');
  });
});
