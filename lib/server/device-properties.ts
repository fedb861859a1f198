import { checkConstraints, type Unchecked } from "../contract/constraints";
import { convertValue } from "../contract/convert-value";
import { type PropertyContract, type ServiceContract } from "../contract/service-contract";
import { messageOf, ValidationError } from "../errors";
import { type Logger } from "../log";
import { deviceFailure, failed, refusal } from "../wire/failures";
import { failureReply, successReply, valueReply, type ReplyFrames } from "../wire/replies";
import { type PropertySet } from "../wire/requests";
import { type Device } from "./device";
import { watchProperty } from "./property-watch";

/** A device's properties: read, set after all checks, and told through their notify signals when they change. */
export class DeviceProperties {
  private readonly unwatch: readonly (() => void)[];
  /** The last set of a property whose check is not over. What comes after it for that property waits. */
  private readonly underway = new Map<string, Promise<ReplyFrames>>();

  constructor(
    private readonly device: Device,
    private readonly contract: ServiceContract,
    private readonly log: Logger,
  ) {
    this.unwatch = [...contract.properties.values()].flatMap((property) => {
      if (!property.autoNotify || property.notify === undefined) return [];
      const subject = device.subject(property.notify);
      return watchProperty(device, property.member, (value) => this.notify(property, subject, value));
    });
  }

  async get(name: string): Promise<ReplyFrames> {
    const property = this.contract.properties.get(name);
    if (property === undefined) return failureReply(refusal(this.unknown(name)));
    await this.underway.get(name);
    try {
      return valueReply(await this.device.get(property.member));
    } catch (error) {
      return failureReply(deviceFailure(error));
    }
  }

  set(request: PropertySet): Promise<ReplyFrames> {
    const { property: name } = request;
    const before = this.underway.get(name);
    const set =
      before === undefined ? this.checkAndSet(request) : before.then(() => this.checkAndSet(request));
    this.underway.set(name, set);
    void set.then(() => {
      if (this.underway.get(name) === set) this.underway.delete(name);
    });
    return set;
  }

  private async checkAndSet({ property: name, value, deadline }: PropertySet): Promise<ReplyFrames> {
    const property = this.contract.properties.get(name);
    let accepted: unknown;
    try {
      if (property === undefined) throw this.unknown(name);
      if (property.readonly) throw new ValidationError(`${name} is read-only: it cannot be set`);
      accepted = await checked(property, value);
    } catch (error) {
      return failureReply(refusal(error));
    }
    if (deadline !== undefined && performance.now() >= deadline) {
      return failureReply(failed(`${name} was not set: its deadline had passed`, "late"));
    }
    try {
      this.device.set(property.member, accepted);
      return successReply();
    } catch (error) {
      return failureReply(deviceFailure(error));
    }
  }

  /** Leaves the device as it was before it was served. */
  release(): void {
    for (const unwatch of this.unwatch) unwatch();
  }

  /** A notification that fails is the device's affair, never that of who set the property. */
  private notify(
    { member }: PropertyContract,
    subject: { next(value: unknown): void },
    value: unknown,
  ): void {
    try {
      subject.next(value);
    } catch (error) {
      const place = `${this.device.className}.${member}`;
      this.log.error(
        { err: error },
        `${place} was set, but its change could not be told: ${messageOf(error)}`,
      );
    }
  }

  private unknown(name: string): ValidationError {
    const known = [...this.contract.properties.keys()];
    const choices =
      known.length === 0 ? "the device has no properties" : `the device's are ${known.join(", ")}`;
    return new ValidationError(`no property "${name}": ${choices}`);
  }
}

/** The value as the device may have it. */
async function checked(property: PropertyContract, value: unknown): Promise<unknown> {
  const { type, nullable, wireName, guard } = property;
  if (value === null && nullable) return null;
  const unchecked: Unchecked[] = [];
  const converted = convertValue(type, value, wireName, unchecked);
  await checkConstraints(unchecked);
  await guard?.(converted);
  return converted;
}
