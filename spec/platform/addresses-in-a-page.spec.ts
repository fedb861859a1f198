import "reflect-metadata";
import type * as Pages from "../../lib/browser";

/** The library as a page has it: nothing of Node is installed. */
let connect: (typeof Pages)["connect"];

beforeAll(() =>
  jest.isolateModules(() => ({ connect } = jest.requireActual<typeof Pages>("../../lib/browser"))),
);

it("says how addresses begin that a page connects to", async () => {
  await expect(connect("camera")).rejects.toThrow(
    '"camera" is no address: expected one that begins with ws:// or wss://',
  );
});

it("says that a page cannot connect there", async () => {
  await expect(connect("tcp://10.0.0.7:9000")).rejects.toThrow("no transport for tcp: is registered here");
});
