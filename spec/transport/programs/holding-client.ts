import "reflect-metadata";
import { connect } from "../../../lib/index";
import { ConformanceDevice } from "../conformance/conformance-device";

// Calls what the device holds, until it is killed.
const [, , url = ""] = process.argv;
connect(ConformanceDevice, url)
  .hold("of a client that is killed")
  .catch((error: unknown) => process.stdout.write(`${JSON.stringify(String(error))}\n`));
