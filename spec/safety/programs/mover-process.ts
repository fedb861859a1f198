import "reflect-metadata";
import { createInterface } from "node:readline";
import { clientOf, connect } from "../../../lib/index";
import { WatchedStage } from "../watched-stage";

// Calls methods of a stage, each said as "method:argument", all at once. Closes its client when a line comes.

const [, , url = "", ...calls] = process.argv;
const stage = connect(WatchedStage, url, { heartbeatMs: 1_000 });
for (const call of calls) {
  const [method, name = ""] = call.split(":");
  const methods = { moveTo: stage.moveTo, park: stage.park, watch: stage.watch };
  void methods[method as keyof typeof methods](name).catch(() => undefined);
}
createInterface({ input: process.stdin }).once("line", () => {
  process.stdin.destroy();
  void clientOf(stage).close();
});
