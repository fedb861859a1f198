import { type BrokerRefusal } from "../nats/broker-connection";
import { subjectToken } from "../nats/subject-token";

/**
 * The subjects of a fleet. Permissions can be given by them: who announces devices of a site publishes its news and
 * subscribes to the questions; who looks devices up does the reverse.
 *
 * | subject                                         | what                                                     |
 * | ----------------------------------------------- | -------------------------------------------------------- |
 * | `rigwire-fleet.news.SITE.ANNOUNCER`             | what one process tells of its devices, unasked           |
 * | `rigwire-fleet.every.list`                      | asks for all devices                                     |
 * | `rigwire-fleet.every.name.NAME`, `….type.TYPE`  | asks for those of a name, of a type                      |
 * | `rigwire-fleet.site.SITE.…`                     | the same within one site                                 |
 * | `rigwire-fleet.site.SITE.announcer.ANNOUNCER`   | asks for those of one process                            |
 *
 * Sites, names and types are written as {@link subjectToken} does.
 */
const PREFIX = "rigwire-fleet";

/** Which devices are asked for. */
export type FleetQuestion =
  | { readonly kind: "list" }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "type"; readonly type: string }
  | { readonly kind: "announcer"; readonly announcer: string };

/**
 * Where a question is asked: only who has such a device subscribes there, so that the broker itself tells that nobody
 * has.
 *
 * @param site - The only site that is asked. Left out: every one.
 */
export function questionSubject(question: FleetQuestion, site?: string): string {
  const scope = site === undefined ? `${PREFIX}.every` : `${PREFIX}.site.${subjectToken(site)}`;
  switch (question.kind) {
    case "list":
      return `${scope}.list`;
    case "name":
      return `${scope}.name.${subjectToken(question.name)}`;
    case "type":
      return `${scope}.type.${subjectToken(question.type)}`;
    case "announcer":
      return `${scope}.announcer.${subjectToken(question.announcer)}`;
  }
}

/** Where one process tells of its devices. */
export function newsSubject(site: string, announcer: string): string {
  return `${PREFIX}.news.${subjectToken(site)}.${subjectToken(announcer)}`;
}

/**
 * Where all processes tell, or those of one site.
 *
 * @param site - Left out: every one.
 */
export function allNewsSubject(site?: string): string {
  return `${PREFIX}.news.${site === undefined ? "*" : subjectToken(site)}.*`;
}

/** Whether it keeps an announcer from telling of its devices or from being asked, and not who looks devices up. */
export function concernsAnnouncer({ operation, subject }: BrokerRefusal): boolean {
  const kinds = operation === "publish" ? ["news"] : ["every", "site"];
  return kinds.some((kind) => subject.startsWith(`${PREFIX}.${kind}.`));
}

/** The site and announcer of a subject of news, as tokens; nothing for another subject. */
export function announcerOfNews(subject: string): readonly [site: string, announcer: string] | undefined {
  const [, kind, site, announcer] = subject.split(".");
  return kind === "news" && site !== undefined && announcer !== undefined ? [site, announcer] : undefined;
}
