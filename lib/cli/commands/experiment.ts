import { type Command } from "commander";
import { Communicator } from "../../experiments/communicator";
import { ExperimentEvent } from "../../experiments/experiment-event";
import { type ExperimentMessage } from "../../experiments/experiment-message";
import { type ReceivedMessage } from "../../experiments/received-message";
import { formatAddress } from "../../experiments/rig-address";
import { parseValue } from "../contract/arguments";
import { bareValueText } from "../contract/value-text";
import { commandLogger } from "../program/command-logger";
import { UsageError } from "../program/exit-code";
import { newCommand } from "../program/new-command";
import { type Session, untilStopped } from "../program/session";
import { printable } from "../terminal/printable";
import { formatTime } from "../terminal/units";

const DEFAULT_URI = "udp://127.0.0.1";

export function experimentCommand(session: Session): Command {
  return newCommand("experiment", {
    description: "Takes the part of a rig (server) or of the main rig (client) in an experiment.",
    examples: [
      ["rigwire experiment server udp://10.0.0.7:11001", "confirms what comes, and prints it"],
      ["rigwire experiment client udp://10.0.0.7 EXPSTART 2026-01-31_1_mouse", "sends one message"],
      ["rigwire experiment client udp://10.0.0.7 EXPINFO 20 '{\"trial\": 5}'", "a status and data"],
    ],
    notes:
      "Schemes are udp and tcp; the port is 11001 unless the URI names one. A value is JSON\n" +
      "where it can be read as JSON, else plain words. What the client sends is sent once, and\n" +
      "done when the other side confirmed it; a server that prints only does not answer it.",
  })
    .argument("<role>", "server or client")
    .argument("[uri]", "where to listen, or the rig to speak to", DEFAULT_URI)
    .argument("[event]", "of a client: EXPINIT, EXPSTART, EXPEND, …, or its code")
    .argument("[value...]", "what the message carries: data, a reference and data, a status and data")
    .action((role: string, uri: string, event: string | undefined, values: readonly string[]) => {
      if (role === "server") return listen(session, uri);
      if (role === "client") return send(session, uri, messageOf(event, values));
      throw new UsageError(`"${role}" is no role of a rig: server or client`);
    });
}

async function listen(session: Session, uri: string): Promise<void> {
  const { output } = session;
  const rig = await Communicator.server(uri, { logger: commandLogger(output, true) });
  rig.events$.subscribe((message) => print(session, message));
  try {
    const { bold, dim } = output.paint;
    if (output.json) output.record({ event: "listening", uri: rig.uri });
    else output.line(`listening for experiments at ${bold(rig.uri)}${dim("; Ctrl-C ends it")}`);
    await untilStopped(session);
  } finally {
    await rig.close();
  }
}

function print({ output }: Session, { name, body, sender }: ReceivedMessage): void {
  const time = new Date();
  const from = formatAddress(sender);
  if (output.json) {
    output.record({ time: time.toISOString(), event: name, body, from });
    return;
  }
  const { bold, dim } = output.paint;
  const text = body.map((value) => bareValueText(value, output.paint)).join("  ");
  output.line(`${dim(formatTime(time))}  ${bold(name)}  ${text}  ${dim(printable(from))}`);
}

async function send({ output }: Session, uri: string, message: ExperimentMessage): Promise<void> {
  const rig = await Communicator.client(uri, { logger: commandLogger(output, true) });
  try {
    await rig.confirmedSend(message);
    const name = ExperimentEvent.nameOf(message.event);
    if (output.json) output.record({ confirmed: name, body: message.body, by: rig.uri });
    else output.line(`${rig.uri} confirmed ${name}`);
  } finally {
    await rig.close();
  }
}

function messageOf(event: string | undefined, values: readonly string[]): ExperimentMessage {
  if (event === undefined) throw new UsageError("a client sends a message: name its event, such as EXPSTART");
  const code = ExperimentEvent.validate(/^\d+$/.test(event) ? Number(event) : event);
  if (code === ExperimentEvent.START && values.length === 0) {
    throw new UsageError("EXPSTART names its experiment: EXPSTART 2026-01-31_1_mouse");
  }
  const body = values.map((text, index) => {
    const isReference = code === ExperimentEvent.START && index === 0;
    return isReference ? text : parseValue(text, undefined, `value ${index + 1}`);
  });
  return { event: code, body: withData(code, body) };
}

/** The originals read data behind a reference or a status, also where there is none. */
function withData(code: ExperimentEvent, body: readonly unknown[]): readonly unknown[] {
  const length = code === ExperimentEvent.START || code === ExperimentEvent.INFO ? 2 : 1;
  return [...body, ...Array.from({ length: Math.max(length - body.length, 0) }, () => null)];
}
