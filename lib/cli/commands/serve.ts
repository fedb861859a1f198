import { pathToFileURL } from "node:url";
import { type Command } from "commander";
// First, since it loads what tsyringe needs to be there.
import "../../contract/records";
import { RigApp } from "../../di/rig-app";
import { type RpcServer } from "../../server/rpc-server";
import { announcingModules, forgiving } from "../lookup/announcing-modules";
import { ChosenKeys } from "../keys/chosen-keys";
import { commandLogger } from "../program/command-logger";
import { type DeviceFile, deviceFile, ownProgram } from "../lookup/device-file";
import { addServingKeyOptions, type KeyOptions, type ServerKeyOptions } from "../keys/key-options";
import { loadDevice } from "../lookup/load-device";
import { addLookupOptions, type LookupOptions, lookupPlaces, withScheme } from "../lookup/lookup-options";
import { addWebOptions, webAccess, type WebOptions } from "../keys/web-options";
import { newCommand } from "../program/new-command";
import { printable } from "../terminal/printable";
import { chosenServerSecurity, warnIfOpen } from "../keys/server-security";
import { type Session, untilStopped } from "../program/session";

interface ServeOptions extends LookupOptions, KeyOptions, ServerKeyOptions, WebOptions {
  readonly name?: string;
  readonly url?: string;
  readonly settings?: string;
}

export function serveCommand(session: Session): Command {
  const command = newCommand("serve", {
    description: "Serves a class with @RpcService() until Ctrl-C, and announces it.",
    examples: [
      ["rigwire serve dist/camera.js", "the only device that the file exports, on this computer"],
      ["rigwire serve camera.ts#PiCamera --name cam-1 --url tcp://10.0.0.7", "for others, on a free port"],
    ],
    notes:
      "TypeScript is read with the typescript of the file's project, which passes types on; a .js file may come from\n" +
      'tsc, swc, esbuild or vite. Those that pass no types on check what is written out: @Arg("mm", { type: Number }).\n' +
      "The device is announced in this computer's advertisements and in the registry that RIGWIRE_REGISTRY names, or\n" +
      "where --registry, --local and --rpyc say.",
  })
    .argument("<file[#class]>", "a compiled file, or TypeScript")
    .option("--name <name>", "the device's name (default: its type)")
    .option("--url <url>", "where to serve; without a port, a free one", "tcp://127.0.0.1")
    .option("--settings <folder>", "where the device keeps its settings (default: in your state folder)")
    .action((file: string, options: ServeOptions) => serve(session, deviceFile(file), options));
  return addWebOptions(addServingKeyOptions(addLookupOptions(command, "announce it")));
}

async function serve(session: Session, file: DeviceFile, options: ServeOptions): Promise<void> {
  const program = ownProgram(file, require.resolve("../main"));
  if (program !== undefined) {
    // It reads the same command line and does the rest.
    await import(pathToFileURL(program).href);
    return;
  }
  const { output } = session;
  const { device, serviceType } = await loadDevice(file, (text) => output.note(text));
  const { name = serviceType, url = "tcp://127.0.0.1" } = options;
  const logger = commandLogger(output, true);
  const places = lookupPlaces(options, process.env);
  const modules = await announcingModules(places, ChosenKeys.read(options, process.env), logger);
  const app = new RigApp({ logger });
  for (const module of modules) app.use(forgiving(module, logger));
  const chosen = chosenServerSecurity(options, process.env);
  const access = webAccess(options);
  const kept = options.settings === undefined ? {} : { settingsFolder: options.settings };
  app.serve(device, { name, url: withScheme(url), security: chosen.security, ...access, ...kept });
  await app.start();
  try {
    const [server] = app.servers;
    if (server === undefined) return;
    tellServed(session, server);
    warnIfOpen(output, server.url, chosen, options.tokens);
    await Promise.race([untilStopped(session), server.closed]);
  } finally {
    await app.close();
  }
}

function tellServed({ output }: Session, { name, url, contract }: RpcServer): void {
  if (output.json) {
    output.record({ event: "serving", name, type: contract.type, url });
    return;
  }
  const { bold, dim } = output.paint;
  const type = name === contract.type ? "" : ` (${printable(contract.type)})`;
  output.line(`serving ${bold(printable(name))}${type} at ${bold(printable(url))}${dim("; Ctrl-C ends it")}`);
}
