import { hostname } from "node:os";
import { AllowedHosts } from "../../lib/gateway/web/allowed-hosts";

const hosts = new AllowedHosts(["Rig.Lab", "[fd00::7]"], ["https://screens.lab"], false);

it.each([
  "127.0.0.1",
  "127.0.0.1:8080",
  "[::1]",
  "[::1]:8080",
  "[fe80::1]:1",
  "localhost:65535",
  "LOCALHOST:8080",
  "localhost.:8080",
  "rig.lab:8443",
  `${hostname()}:8080`,
])("%s means this gateway", (host) => {
  expect(hosts.isOurs(host)).toBe(true);
});

it.each([
  undefined,
  "",
  "evil.example",
  "evil.example:8080",
  "127.0.0.1.evil.example:8080",
  "localhost.evil.example",
  "rig.lab.evil.example:8443",
  "evil.example@127.0.0.1",
  "127.0.0.1/evil.example",
  "127.0.0.1:99999",
  "127.0.0.1:8080:8080",
  "[::1",
  "::1",
  "[::1]evil.example",
  "127.0.0.1, evil.example",
  "127.0.0.1\r\nx: y",
  "localhost\u0000",
])("%j means somebody else", (host) => {
  expect(hosts.isOurs(host)).toBe(false);
});

it.each([
  ["http://[::1]:8080", "[::1]:8080", true],
  ["http://127.0.0.1:8080", "127.0.0.1:8080", true],
  ["https://screens.lab", "127.0.0.1:8080", true],
  [undefined, "127.0.0.1:8080", true],
  ["http://[::1]:8081", "[::1]:8080", false],
  ["http://[::2]:8080", "[::1]:8080", false],
  ["http://127.0.0.1:8081", "127.0.0.1:8080", false],
  ["http://127.0.0.1", "127.0.0.1:8080", false],
  ["http://localhost:8080", "127.0.0.1:8080", false],
  ["https://screens.lab.evil.example", "127.0.0.1:8080", false],
  ["https://screens.lab:444", "127.0.0.1:8080", false],
  ["null", "127.0.0.1:8080", false],
  ["", "127.0.0.1:8080", false],
])("a page of %s may ask at %s: %s", (origin, host, may) => {
  expect(hosts.mayAsk(origin, host)).toBe(may);
});
