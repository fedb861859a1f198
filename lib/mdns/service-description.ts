import { VERSION } from "../version";
import { type FoundService } from "./known-services";
import { encodeServiceText } from "./service-text";

/** What rigwire's services are. */
export type ServiceRole = "device" | "registry" | "broker";

/** What is said of a device, a registry or a broker. */
export interface ServiceDescription {
  readonly role: ServiceRole;
  /** Empty where it has none. */
  readonly name: string;
  /** The service type of a device, such as `camera`. */
  readonly type: string;
  /** Of what is served, anew each time. */
  readonly instance: string;
  /** The fingerprint of its public key; left out where it has no keys. */
  readonly keyFingerprint?: string | undefined;
  /** The only site that a broker is for; left out where it is for any. */
  readonly site?: string | undefined;
}

/** What rigwire's services say of themselves, as text of DNS-SD. */
export function encodeDescription(description: ServiceDescription): readonly Buffer[] {
  const { role, name, type, instance, keyFingerprint, site } = description;
  return encodeServiceText({
    txtvers: "1",
    role,
    ...(type !== "" && { type }),
    ...(name !== "" && { name }),
    version: VERSION,
    instance,
    ...(keyFingerprint !== undefined && { key: keyFingerprint }),
    ...(site !== undefined && { site }),
  });
}

/** What a service of rigwire's type says of itself; nothing where it is none. */
export function descriptionOf({ text }: FoundService): ServiceDescription | undefined {
  const role = text.get("role");
  if (role !== "device" && role !== "registry") return undefined;
  return {
    role,
    name: text.get("name") ?? "",
    type: text.get("type") ?? "",
    instance: text.get("instance") ?? "",
    keyFingerprint: text.get("key"),
  };
}
