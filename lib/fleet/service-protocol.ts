import { subjectToken } from "../nats/subject-token";
import { type AnnouncedDevice } from "./announced-device";
import { fleetName } from "./fleet-name";

/** What became of the requests for one member of a device since its server started. */
export interface ServiceEndpoint {
  /** The member's name on the wire. */
  readonly name: string;
  readonly requests: number;
  readonly failures: number;
  /** All the time that they took, in milliseconds. */
  readonly busyMs: number;
}

/** A device as a service of NATS. */
export interface FleetService {
  readonly device: AnnouncedDevice;
  /** Its members; empty where nothing is counted. */
  endpoints(): readonly ServiceEndpoint[];
}

/** What tools ask services (NATS services protocol, ADR-32). */
export type ServiceVerb = "PING" | "INFO" | "STATS";

const NANOSECONDS_PER_MS = 1_000_000;

/** What no name of a service may hold: it is a token of subjects. */
const NOT_IN_A_NAME = /[^A-Za-z0-9_-]/g;

/** The verb of a subject such as `$SRV.PING.camera`; nothing where it has none that is known. */
export function serviceVerb(subject: string): ServiceVerb | undefined {
  const [, verb] = subject.split(".");
  return verb === "PING" || verb === "INFO" || verb === "STATS" ? verb : undefined;
}

/** The subject of all verbs to all services, to those of a name, or to one. */
export function serviceSubject(...nameAndId: readonly string[]): string {
  return ["$SRV", "*", ...nameAndId].join(".");
}

/** The name of a device's service: its type, which several share. */
export function serviceName({ type }: AnnouncedDevice): string {
  return type === "" ? "device" : type.replace(NOT_IN_A_NAME, "_");
}

/** The id of its service: it tells one start of a device from another. */
export function serviceId({ instance }: AnnouncedDevice): string {
  return instance.replace(NOT_IN_A_NAME, "_");
}

/** The answer of a device's service (NATS services protocol, ADR-32). */
export function serviceReply(verb: ServiceVerb, site: string, service: FleetService): object {
  switch (verb) {
    case "PING":
      return { type: "io.nats.micro.v1.ping_response", ...standardFields(site, service) };
    case "INFO":
      return {
        type: "io.nats.micro.v1.info_response",
        ...standardFields(site, service),
        description: fleetName(site, service.device.name),
        endpoints: service.endpoints().map((endpoint) => ({ ...described(endpoint, service), metadata: {} })),
      };
    case "STATS":
      return {
        type: "io.nats.micro.v1.stats_response",
        ...standardFields(site, service),
        started: service.device.startedAt,
        endpoints: service
          .endpoints()
          .map((endpoint) => ({ ...described(endpoint, service), ...statistics(endpoint) })),
      };
  }
}

function standardFields(site: string, { device }: FleetService): object {
  const { name, type, version, urls, isBridged } = device;
  return {
    name: serviceName(device),
    id: serviceId(device),
    version,
    // All of them texts: the protocol has no others here.
    metadata: {
      site,
      name,
      type,
      ...(urls.length > 0 && { urls: urls.join(" ") }),
      ...(isBridged && { bridged: "true" }),
    },
  };
}

/** All members of a device share one subject, and whatever comes another way than NATS is counted all the same. */
function described({ name }: ServiceEndpoint, { device: { atBroker } }: FleetService): object {
  const subject = atBroker === undefined ? "" : ["rigwire", ...atBroker.map(subjectToken), "up"].join(".");
  return { name, subject, queue_group: "" };
}

function statistics({ requests, failures, busyMs }: ServiceEndpoint): object {
  const processingTime = Math.round(busyMs * NANOSECONDS_PER_MS);
  return {
    num_requests: requests,
    num_errors: failures,
    last_error: "",
    processing_time: processingTime,
    average_processing_time: requests === 0 ? 0 : Math.trunc(processingTime / requests),
  };
}
