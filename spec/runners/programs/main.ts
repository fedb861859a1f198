import { checks } from "./checks.js";

void checks().then((seen) => process.stdout.write(`${JSON.stringify(seen)}\n`));
