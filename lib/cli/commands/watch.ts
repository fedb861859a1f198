import { type Command } from "commander";
import { catchError, EMPTY, from, type Subscription, switchMap } from "rxjs";
import { timedSignal } from "../../client/timed-signals";
import { type PropertyContract, type SignalContract } from "../../contract/service-contract";
import { parseCount } from "../contract/arguments";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { describedMember } from "../contract/described-member";
import { signalNamed } from "../contract/members";
import { newCommand } from "../program/new-command";
import { type OpenedDevice, withDevice } from "../lookup/opened-device";
import { printable } from "../terminal/printable";
import { type Session } from "../program/session";
import { SignalPrinter } from "../terminal/signal-printer";
import { UsageError } from "../program/exit-code";

interface WatchOptions extends DeviceOptions {
  readonly count?: string;
}

export function watchCommand(session: Session): Command {
  const command = newCommand("watch", {
    description: "Prints signals as they come, until Ctrl-C; all of them where none is named.",
    examples: [
      ["rigwire watch turntable angleChanged", "numbers come with a picture of their course"],
      ["rigwire watch camera mode --count 1", "the signal that tells a property; ends after one"],
    ],
  })
    .argument("<device>", "a URL or a name")
    .argument("[signal...]", "signals, or properties that tell their changes")
    .option("--count <n>", "end after so many signals")
    .action((device: string, signals: string[], options: WatchOptions) => {
      const count = options.count === undefined ? Infinity : parseCount(options.count, "--count");
      return withDevice(session, device, options, (opened) => watch(session, opened, signals, count));
    });
  return addDeviceOptions(command);
}

async function watch(
  session: Session,
  device: OpenedDevice,
  names: readonly string[],
  count: number,
): Promise<void> {
  const { output } = session;
  const { client, contract } = device;
  const signals =
    names.length > 0 ? names.map((name) => signalNamed(device, name)) : [...contract.signals.values()];
  if (signals.length === 0) throw new UsageError(`${device.name} has no signals`);
  const printer = new SignalPrinter(
    output,
    signals,
    (wireName) => describedMember(device, wireName)?.schemas?.[0],
  );
  const watched = [...new Set(signals)];
  const subscribed = subscribe(session, device, watched, count, printer);
  // Requests wait until the device knows the subscriptions.
  await client.inventory({ signal: session.signal, timeoutMs: SUBSCRIBED_WITHIN_MS });
  const list = watched.map(({ wireName }) => printable(wireName)).join(", ");
  output.note(output.notePaint.dim(`watching ${list} of ${printable(device.name)}; Ctrl-C ends it`));
  await subscribed;
}

const SUBSCRIBED_WITHIN_MS = 5_000;

/** Resolves when as many signals as wanted have come, or the command shall end. */
function subscribe(
  { output, signal }: Session,
  { client, contract: { properties } }: OpenedDevice,
  signals: readonly SignalContract[],
  count: number,
  printer: SignalPrinter,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const told = [...properties.values()].filter(({ notify }) =>
      signals.some(({ member }) => member === notify),
    );
    let left = count;
    let open = signals.length;
    const all = client.missed$.subscribe(({ signal: name, count: missed }) => printer.missed(name, missed));
    all.add(connectionNotes(client, (text) => output.note(output.notePaint.yellow(text))));
    const end = () => {
      all.unsubscribe();
      resolve();
    };
    for (const contract of signals) {
      all.add(
        timedSignal(client, contract).subscribe({
          next: (event) => {
            if (left <= 0) return;
            printer.print(contract, event.value, event);
            left -= 1;
            if (left <= 0) end();
          },
          error: (error: Error) => {
            all.unsubscribe();
            reject(error);
          },
          complete: () => {
            output.note(output.notePaint.yellow(`${printable(contract.wireName)} has ended`));
            open -= 1;
            if (open === 0) end();
          },
        }),
      );
    }
    for (const property of told) all.add(qualities(client, property, printer));
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

/** Tells when a property becomes stale or bad, or good again. */
function qualities(
  client: OpenedDevice["client"],
  property: PropertyContract,
  printer: SignalPrinter,
): Subscription {
  return client
    .qualityChanges(property)
    .pipe(
      // One that cannot be read says so where it is asked for.
      switchMap(() => from(client.read(property)).pipe(catchError(() => EMPTY))),
    )
    .subscribe((reading) => printer.quality(property.wireName, reading));
}

/** Tells when the device goes away and comes back. */
function connectionNotes(client: OpenedDevice["client"], tell: (text: string) => void) {
  let isLost = false;
  return client.state$.subscribe((state) => {
    const problem = "problem" in state ? state.problem : undefined;
    if (problem !== undefined && !isLost) {
      isLost = true;
      const lost = state.kind === "connected" ? "nothing comes from the device" : "lost the device";
      tell(`${lost}: ${printable(problem)}; waiting for it to come back`);
    }
    if (state.kind === "connected" && problem === undefined && isLost) {
      isLost = false;
      tell(`the device is back at ${printable(state.url)}`);
    }
  });
}
