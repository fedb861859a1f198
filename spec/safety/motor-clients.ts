import {
  clientOf,
  type ClientOptions,
  type ClientState,
  connect,
  type Locate,
  type Remote,
  serve,
  type ServeOptions,
} from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { TcpProxy, type Target } from "../support/tcp-proxy";
import { typeScriptProgram, type TypeScriptChild } from "../support/typescript-child";
import { Motor } from "./motor";

/** The ways to a device of this computer, as options of a client. */
export const ROADS = [
  ["over the network", { local: false }],
  ["over the local road", {}],
] as const;

/** A client that ends with the test. */
export function connectMotor(where: string | Locate, options: ClientOptions = {}): Remote<Motor> {
  const motor = connect(Motor, where, { name: "motor-1", logger: new RecordingLogger(), ...options });
  closing(clientOf(motor));
  return motor;
}

/** A motor in this process, served until the test ends. */
export async function serveMotor(options: ServeOptions = {}): Promise<{ motor: Motor; url: string }> {
  const motor = new Motor();
  const { url } = closing(await serve(motor, options));
  return { motor, url };
}

export interface MotorProcess {
  readonly child: TypeScriptChild;
  readonly url: string;
}

/** Starts motors in processes of their own. Call it at the top of a spec. */
export function motorProcesses(): (url?: string, options?: ServeOptions) => Promise<MotorProcess> {
  const program = typeScriptProgram(`${__dirname}/programs/motor-process.ts`);
  return async (url = "tcp://127.0.0.1", options = {}) => {
    const child = program.start([url, JSON.stringify(options)]);
    return { child, url: String(await child.next()) };
  };
}

/** The states of a client from now on, by their kind; equal ones in a row count once. */
export function statesOf(remote: object): ClientState["kind"][] {
  const kinds: ClientState["kind"][] = [];
  clientOf(remote).state$.subscribe(({ kind }) => {
    if (kind !== kinds.at(-1)) kinds.push(kind);
  });
  return kinds;
}

export function targetOf(url: string): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

/** A motor whose calls and signals go through wires that can be cut and stalled, each for itself. */
export interface WiredMotor {
  readonly url: string;
  readonly calls: TcpProxy;
  readonly signals: TcpProxy;
}

/** The motor serves at another address of the loopback, so that the same ports are free for its wires. */
export async function wire({ url }: { readonly url: string }): Promise<WiredMotor> {
  const target = targetOf(url);
  const { rigwire } = await clientOf(connectMotor(url)).inventory({ timeoutMs: 5_000 });
  const signalPort = rigwire?.signalPort ?? 0;
  const calls = closing(await TcpProxy.open(target, target.port));
  const signals = closing(await TcpProxy.open({ ...target, port: signalPort }, signalPort));
  return { url: calls.url, calls, signals };
}
