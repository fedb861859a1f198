import { deferred } from "../../lib/time/deferred";

describe("a deferred", () => {
  it("gives its promise what it is resolved with", async () => {
    const { promise, resolve } = deferred<string>();
    resolve("focused");
    await expect(promise).resolves.toBe("focused");
  });

  it("rejects its promise", async () => {
    const { promise, reject } = deferred();
    reject(new Error("no light"));
    await expect(promise).rejects.toThrow("no light");
  });

  it("is settled once only", async () => {
    const { promise, resolve, reject } = deferred<number>();
    resolve(1);
    resolve(2);
    reject(new Error("too late"));
    await expect(promise).resolves.toBe(1);
  });
});
