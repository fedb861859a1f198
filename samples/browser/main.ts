import { join } from "node:path";
import { createServer } from "vite";
import { serve } from "rigwire";
import { Lamp } from "./lamp";

/** A lamp, and vite with the page that shows it. */
async function main(): Promise<void> {
  const web = await createServer({
    root: join(process.cwd(), "samples/browser"),
    configFile: false,
    server: { host: "127.0.0.1", port: 5173, strictPort: true },
  });
  await web.listen();
  const page = "http://127.0.0.1:5173";
  await serve(new Lamp(), { name: "lamp-1", url: "ws://127.0.0.1:9001", origins: [page] });
  console.log(`open ${page}; Ctrl-C ends it`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
