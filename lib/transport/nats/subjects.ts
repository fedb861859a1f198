import { type BrokerRefusal } from "../../nats/broker-connection";
import { subjectToken } from "../../nats/subject-token";

/*
 * Everything of a device stands below `rigwire.SITE.NAME`: what is said to it below `up`, what it says below `down`, so
 * that permissions can be given for each. docs/wire-protocol.md, "The NATS transport".
 */

/** On which way a client says something. */
export type UpwardWay = "read" | "command";

/** The subjects of a device. */
export interface DeviceSubjects {
  /** Whether the device itself is concerned, and not one of its clients. */
  isOfDevice(refused: BrokerRefusal): boolean;
  /** Where an instance asks who has the name. */
  claim(instance: string): string;
  /** Where clients say who they are. */
  hello(client: string): string;
  /**
   * Where one run of the device, its instance, hears a client: what it says, that it does not hear (`gone`), and that
   * another instance has the name (`claimed`, with that one in the place of the client).
   */
  up(way: UpwardWay | "gone" | "claimed", instance: string, client: string): string;
  /** Where one client hears what is said to it alone, by an instance. */
  down(client: string, instance: string): string;
  signal(instance: string, signal: string): string;
}

/** For each client, or each instance. */
export const ANY = "*";

/** In the place of an instance: the broker says there that nobody heard the client. */
export const NOBODY = "nobody";

export function deviceSubjects(site: string, name: string): DeviceSubjects {
  const device = `rigwire.${subjectToken(site)}.${subjectToken(name)}`;
  return {
    isOfDevice: ({ operation, subject }) =>
      (operation === "subscribe" ? ["up"] : ["down", "up.claim", "up.claimed"]).some((below) =>
        subject.startsWith(`${device}.${below}.`),
      ),
    claim: (instance) => `${device}.up.claim.${instance}`,
    hello: (client) => `${device}.up.hello.${client}`,
    up: (way, instance, client) => `${device}.up.${way}.${instance}.${client}`,
    down: (client, instance) => `${device}.down.client.${client}.${instance}`,
    signal: (instance, signal) => `${device}.down.signal.${instance}.${subjectToken(signal)}`,
  };
}

/** The last tokens of a subject: what it was made of. */
export function lastTokens(subject: string): readonly [before: string, middle: string, last: string] {
  const tokens = subject.split(".");
  return [tokens.at(-3) ?? "", tokens.at(-2) ?? "", tokens.at(-1) ?? ""];
}
