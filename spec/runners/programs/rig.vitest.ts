import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { checks } from "./checks.js";

it("a device and its client run in vitest", async () => {
  const seen = await checks();
  writeFileSync("seen.json", JSON.stringify(seen));
  expect(seen.length).toBeGreaterThan(0);
});
