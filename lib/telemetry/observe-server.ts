import { type MeterProvider, metrics } from "@opentelemetry/api";
import { type RpcServer } from "../server/rpc-server";
import { VERSION } from "../version";
import { ServerInstruments } from "./server-instruments";

/** How a server is observed. */
export interface ObserveOptions {
  /** Where metrics go. Default: the provider that the process has registered with OpenTelemetry by now. */
  readonly meterProvider?: MeterProvider;
}

/** The servers of a process that tell one provider share the instruments. */
const instruments = new WeakMap<MeterProvider, ServerInstruments>();

/**
 * Tells OpenTelemetry what a server counts, until it closes: the figures of `server.stats()` under the names of
 * `rigwire stats`, with `rigwire.` before them, and `rigwire.wait` and `rigwire.run` as histograms in seconds.
 *
 * ```ts
 * const server = await serve(new Stage(), { name: "stage-1" });
 * observeServer(server);
 * ```
 *
 * Counters and gauges are read when the provider's readers collect; a histogram is told of each request as it begins and
 * as it ends. `rigwire.device` says which device it is: its name, or its URL where it has none.
 *
 * @returns What ends it before the server closes. Idempotent.
 */
export function observeServer(
  server: RpcServer,
  { meterProvider = metrics.getMeterProvider() }: ObserveOptions = {},
): () => void {
  const shared = instrumentsFor(meterProvider);
  shared.observe(server);
  const end = () => shared.end(server);
  void server.closed.then(end);
  return end;
}

function instrumentsFor(meterProvider: MeterProvider): ServerInstruments {
  const known = instruments.get(meterProvider);
  if (known !== undefined) return known;
  const made = new ServerInstruments(meterProvider.getMeter("rigwire", VERSION));
  instruments.set(meterProvider, made);
  return made;
}
