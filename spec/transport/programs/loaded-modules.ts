import "reflect-metadata";
import "../../support/runtime";
import { clientOf, connect } from "../../../lib/index";
import { Stage } from "../stage";

/** Uses a device, and prints which files of the transports were loaded for it. */
async function main(): Promise<void> {
  const [url = ""] = process.argv.slice(2);
  const stage = connect(Stage, url);
  await stage.lengthOf("four");
  await clientOf(stage).close();
  const loaded = Object.keys(require.cache).flatMap(
    (path) => /lib\/transport\/(.*)\.js$/.exec(path)?.[1] ?? [],
  );
  process.stdout.write(`${JSON.stringify(loaded)}\n`);
}

void main();
