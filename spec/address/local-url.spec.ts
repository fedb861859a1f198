import { localUrl } from "../../lib/address/local-url";

describe("where processes of the same computer reach a server", () => {
  it.each([
    ["tcp://*:9000", "tcp://127.0.0.1:9000"],
    ["tcp://0.0.0.0:9000", "tcp://127.0.0.1:9000"],
    ["tcp://[::]:9000", "tcp://[::1]:9000"],
  ])("at every interface, %s: by loopback of its family", (url, local) => expect(localUrl(url)).toBe(local));

  it.each(["tcp://10.0.0.7:9000", "tcp://127.0.0.1:9000", "ipc:///run/cam", "inproc://cam"])(
    "at %s: there",
    (url) => expect(localUrl(url)).toBe(url),
  );
});
