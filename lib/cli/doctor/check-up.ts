import { readFileSync } from "node:fs";
import { arch, platform, release } from "node:os";
import { AdvertisementDirectory } from "../../advertisement/advertisement-directory";
import { LocalServiceAdvertisement } from "../../advertisement/local-service-advertisement";
import { advertisementFolder } from "../../advertisement/advertisement-folder";
import { AuthenticationError, messageOf } from "../../errors";
import { VERSION } from "../../version";
import { decodeJson } from "../../wire/json";
import { isObject } from "../../wire/message";
import { checkCompiler } from "./check-compiler";
import { checkCopies } from "./check-copies";
import { checkHostName, checkLoopback, checkInterfaces, checkRegistryPort } from "./check-network";
import { checkKeys } from "./check-keys";
import { ChosenKeys } from "../keys/chosen-keys";
import { commandLogger } from "../program/command-logger";
import { keyCure } from "../keys/key-problems";
import { type KeyOptions, type ServerKeyOptions } from "../keys/key-options";
import { Lookup } from "../lookup/lookup";
import { type LookupOptions, type LookupPlace, lookupPlaces } from "../lookup/lookup-options";
import { type Finding } from "../lookup/finding";
import { type Session } from "../program/session";

/**
 * Looks at one thing after the other. Each thing is tried, not guessed at; nothing of it stays.
 *
 * @param options - Where devices are looked up, and with which keys.
 */
export async function* checkUp(
  session: Session,
  options: LookupOptions & KeyOptions & ServerKeyOptions,
): AsyncGenerator<Finding> {
  yield checkNode();
  yield checkVersions();
  yield* checkKeys(options, process.env, commandLogger(session.output));
  const keys = usableKeys(options);
  yield await checkLoopback(session, keys.own);
  yield* checkInterfaces(session, keys.own);
  yield await checkHostName();
  yield await checkAdvertisements(session);
  yield await checkRegistryPort(session, keys);
  for (const place of lookupPlaces(options, process.env)) {
    if (place.kind !== "local") yield await checkPlace(session, place, keys);
  }
  const compiler = await checkCompiler(process.cwd());
  if (compiler !== undefined) yield compiler;
  const copies = checkCopies(process.cwd());
  if (copies !== undefined) yield copies;
}

/** What is wrong with keys is a finding of its own; all else is looked at without. */
function usableKeys(options: KeyOptions): ChosenKeys {
  try {
    return ChosenKeys.read(options, process.env);
  } catch {
    return ChosenKeys.read({ plain: true }, process.env);
  }
}

const OLDEST_NODE = 20;

function checkNode(): Finding {
  const subject = "Node.js";
  const text = `${process.versions.node} on ${platform()} ${release()} ${arch()}`;
  const major = Number(process.versions.node.split(".")[0]);
  return major >= OLDEST_NODE
    ? { status: "well", subject, text }
    : { status: "broken", subject, text, cure: `install Node.js ${OLDEST_NODE} or later` };
}

function checkVersions(): Finding {
  const subject = "versions";
  try {
    return {
      status: "well",
      subject,
      text: `rigwire ${VERSION}, zeromq ${versionIn(require.resolve("zeromq/package.json"))}`,
    };
  } catch (error) {
    const text = `rigwire ${VERSION}; zeromq is not installed: ${messageOf(error)}`;
    return { status: "broken", subject, text, cure: "npm install, with optional scripts allowed" };
  }
}

function versionIn(manifest: string): string {
  const content = decodeJson(readFileSync(manifest, "utf8"));
  return isObject(content) && typeof content.version === "string" ? content.version : "of an unknown version";
}

/** Advertises something, and looks whether it is found. */
async function checkAdvertisements({ output }: Session): Promise<Finding> {
  const subject = "advertisements";
  const folder = advertisementFolder();
  const logger = commandLogger(output);
  const serviceType = "rigwire_doctor";
  try {
    const advertisement = new LocalServiceAdvertisement(
      { serviceName: "doctor", serviceType, address: "tcp://127.0.0.1:1", properties: {} },
      { logger },
    );
    try {
      const found = await new AdvertisementDirectory({ logger }).find({ type: serviceType });
      if (found.length > 0) return { status: "well", subject, text: `written and found in ${folder}` };
    } finally {
      await advertisement.close();
    }
    return { status: "broken", subject, text: `written in ${folder}, but not found there`, cure: OWN_FOLDER };
  } catch (error) {
    return { status: "broken", subject, text: messageOf(error), cure: OWN_FOLDER };
  }
}

const OWN_FOLDER = "set XDG_RUNTIME_DIR to a folder that is yours alone";

const SUBJECTS: Readonly<Record<LookupPlace["kind"], string>> = {
  local: "advertisements",
  registry: "registry",
  rpyc: "RPyC registry",
  mdns: "mDNS",
};

async function checkPlace({ output }: Session, place: LookupPlace, keys: ChosenKeys): Promise<Finding> {
  const subject = SUBJECTS[place.kind];
  const startedAt = performance.now();
  const lookup = await Lookup.open([place], keys, commandLogger(output));
  try {
    const { devices } = await lookup.findAny({});
    const ms = Math.round(performance.now() - startedAt);
    return {
      status: "well",
      subject,
      text: `${lookup.description} knows ${devices.length === 1 ? "1 device" : `${devices.length} devices`} (${ms} ms)`,
    };
  } catch (error) {
    const cure =
      error instanceof AuthenticationError
        ? (keyCure(error) ?? "see docs/safety.md")
        : "start it, or correct --registry, --rpyc-host or RIGWIRE_REGISTRY";
    return { status: "broken", subject, text: messageOf(error), cure };
  } finally {
    await lookup.close();
  }
}
