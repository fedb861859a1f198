import { RigUriError } from "../../lib/experiments/rig-errors";
import { formatRigUri, parseRigUri, resolveRigUri } from "../../lib/experiments/rig-uri";

describe("a rig URI", () => {
  it.each([
    ["192.168.0.4", "udp://192.168.0.4:11001"],
    ["192.168.0.4:9998", "udp://192.168.0.4:9998"],
    ["video-pc", "udp://video-pc:11001"],
    ["WS://video.lab.example:1", "ws://video.lab.example:1"],
    ["tcp://[::1]:65535", "tcp://[::1]:65535"],
    [" wss://10.0.0.1/ ", "wss://10.0.0.1:11001"],
  ])("%p means %s", (text, uri) => {
    expect(formatRigUri(parseRigUri(text))).toBe(uri);
  });

  it.each([
    ["", /the host is missing/],
    ["udp://:9998", /the host is missing/],
    ["http://10.0.0.1", /unknown scheme "http"; choose one of: udp, tcp, ws, wss/],
    ["10.0.0.256", /"10.0.0.256" is no IPv4 address/],
    ["udp://video pc", /"video pc" is no host name/],
    ["udp://[::zz]", /"::zz" is no IPv6 address/],
    ["10.0.0.1:0", /"0" is no port number \(1 to 65535\)/],
    ["10.0.0.1:65536", /"65536" is no port number/],
    ["10.0.0.1:", /"" is no port number/],
    ["10.0.0.1:abc", /"abc" is no port number/],
    ["udp://10.0.0.1:1:2", /"1:2" is no port number/],
    ["udp://10.0.0.1/path", /is no rig URI/],
  ])("%p is refused with a reason", (text, reason) => {
    expect(() => parseRigUri(text)).toThrow(RigUriError);
    expect(() => parseRigUri(text)).toThrow(reason);
  });

  it("may leave the port to the system where it is for listening", () => {
    expect(parseRigUri("127.0.0.1:0", { anyPort: true }).port).toBe(0);
  });

  it("has its host name resolved", async () => {
    await expect(resolveRigUri(parseRigUri("localhost:9998"))).resolves.toEqual({
      host: "127.0.0.1",
      port: 9998,
    });
  });

  it("names the host that is not known", async () => {
    await expect(resolveRigUri(parseRigUri("no-such-rig.invalid"))).rejects.toThrow(
      /the host name "no-such-rig.invalid" cannot be resolved/,
    );
  });
});
