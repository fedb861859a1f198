import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { contractOf } from "../../contract/contract-of";
import { recordsAlongChain } from "../../contract/records";
import { type ServiceContract } from "../../contract/service-contract";
import { type Constructor } from "../../contract/value-type";
import { messageOf } from "../../errors";
import { type DeviceFile } from "./device-file";
import { UsageError } from "../program/exit-code";
import { didYouMean } from "../terminal/suggestion";
import { prepareTypeScript } from "../contract/typescript-files";

/** Something that can be served. */
export interface LoadedDevice {
  /** A decorated class, or an object of one. */
  readonly device: object;
  readonly serviceType: string;
  readonly contract: ServiceContract;
}

/**
 * The device in a file: the one that is named, or the only one that it exports. To know what a file exports it has to be
 * run: one that exports nothing is not.
 *
 * @param tell - Is told before a file is run that may export no device.
 * @throws UsageError with what the file exports instead.
 * @throws ContractError if the class is decorated wrongly.
 */
export async function loadDevice(
  { path, className }: DeviceFile,
  tell: (text: string) => void,
): Promise<LoadedDevice> {
  lookBefore(path, tell);
  const candidates = candidatesIn(await exportsOf(path));
  if (className === undefined) return onlyDevice(path, candidates);
  const type = candidates.get(className);
  if (type !== undefined) return loaded(type);
  const suggestion = didYouMean(className, [...candidates.keys()]);
  throw new UsageError(`${path} exports no device "${className}"${suggestion}${listed(candidates)}`);
}

const EXPORTS = /\bexports?\b/;
const EXPORTS_CLASS = /\bexport\s+(default\b|abstract\b|class\b|\{)|\bexports\b/;

function lookBefore(path: string, tell: (text: string) => void): void {
  const text = readFileSync(path, "utf8");
  if (!EXPORTS.test(text)) {
    throw new UsageError(
      `${path} exports nothing, and was not run: write export before the class with @RpcService()`,
    );
  }
  if (text.includes("RpcService") && EXPORTS_CLASS.test(text)) return;
  tell(`${path} shows no exported class with @RpcService(): it is run to see what it exports`);
}

/** What a file exports that can be served, each with its class, by the names under which it is exported. */
type Candidates = ReadonlyMap<string, { readonly device: object; readonly type: Constructor<object> }>;

function onlyDevice(path: string, candidates: Candidates): LoadedDevice {
  const different = new Map([...candidates.values()].map((candidate) => [candidate.device, candidate]));
  const [candidate, ...others] = different.values();
  if (candidate === undefined) {
    throw new UsageError(`${path} exports no class with @RpcService(): write export before its class`);
  }
  if (others.length === 0) return loaded(candidate);
  throw new UsageError(`${path} has several devices, name one with #CLASS${listed(candidates)}`);
}

function loaded({
  device,
  type,
}: {
  readonly device: object;
  readonly type: Constructor<object>;
}): LoadedDevice {
  const contract = contractOf(type);
  return { device, serviceType: contract.type, contract };
}

function listed(candidates: Candidates): string {
  return candidates.size === 0 ? ": it exports none" : `: it exports ${[...candidates.keys()].join(", ")}`;
}

async function exportsOf(path: string): Promise<object> {
  const isTypeScript = [".ts", ".cts"].includes(extname(path));
  if (isTypeScript) prepareTypeScript(path);
  let exported: unknown;
  try {
    exported = isTypeScript ? createRequire(path)(path) : await import(pathToFileURL(path).href);
  } catch (error) {
    throw new UsageError(`${path} does not load: ${messageOf(error)}`, {}, { cause: error });
  }
  return typeof exported === "object" && exported !== null ? exported : {};
}

function candidatesIn(exported: object): Candidates {
  // An import sees the exports of a CommonJS file as its default.
  const inner: unknown = "default" in exported ? exported.default : undefined;
  const nested = typeof inner === "object" && inner !== null ? Object.entries(inner) : [];
  const entries: readonly (readonly [string, unknown])[] = [...Object.entries(exported), ...nested];
  return new Map(
    entries.flatMap(([name, value]) => {
      const type = serviceClass(value);
      if (type === undefined || typeof value === "undefined" || value === null) return [];
      return [[name === "default" ? type.name : name, { device: value, type }] as const];
    }),
  );
}

/** The class of what can be served; nothing for anything else. */
function serviceClass(value: unknown): Constructor<object> | undefined {
  const isObject = typeof value === "object" && value !== null;
  const type: unknown = isObject ? Reflect.get(value, "constructor") : value;
  if (!isClass(type)) return undefined;
  return recordsAlongChain(type).some(({ records }) => records.service !== undefined) ? type : undefined;
}

function isClass(value: unknown): value is Constructor<object> {
  return typeof value === "function" && typeof value.prototype === "object" && value.prototype !== null;
}
