import { type Observable } from "rxjs";
import { type PropertyContract, type ServiceContract } from "../contract/service-contract";
import { toWire } from "../contract/to-wire";
import { BadValue, messageOf, ValidationError } from "../errors";
import { type Logger } from "../log/logger";
import { badValueFailure, deviceFailure, refusal } from "../wire/failures";
import { type PropertyGet, type PropertySet } from "../wire/requests";
import { acceptedValue } from "./accepted-value";
import { withContext } from "./call-context";
import { type Device, isSubject } from "./device";
import { type DeviceTime } from "./device-time";
import { type FailureLog } from "./failure-log";
import { isPromise } from "./is-promise";
import { type KeptSettings } from "./kept-settings";
import { rereads, rereadsNoMore } from "./reread-property";
import { PropertyQuality } from "./property-quality";
import { watchAssignments, watchProperty } from "./property-watch";
import { type ServedRequest } from "./served-request";

/** A request for a property's value. */
export type ServedGet = ServedRequest<PropertyContract, PropertyGet>;

/** A request to set a property. */
export type ServedSet = ServedRequest<PropertyContract, PropertySet>;

/** A device's properties: read, set after all checks, and told through their notify signals when they change. */
export class DeviceProperties {
  private readonly unwatch: readonly (() => void)[];
  /** By wire name. */
  private readonly qualities: ReadonlyMap<string, PropertyQuality>;
  /** The last set of a property whose check is not over. What comes after it for that property waits. */
  private readonly underway = new Map<string, Promise<void>>();

  constructor(
    private readonly device: Device,
    private readonly contract: ServiceContract,
    private readonly log: Logger,
    private readonly failures: FailureLog,
    time: DeviceTime,
    private readonly settings?: KeptSettings,
  ) {
    this.qualities = new Map(
      [...contract.properties.values()].map((property) => [
        property.wireName,
        this.qualityOf(property, time),
      ]),
    );
    rereads(device.target, this);
    this.unwatch = [...contract.properties.values()].flatMap((property) => {
      const onAssigned = () => this.qualities.get(property.wireName)?.updated();
      if (!property.autoNotify || property.notify === undefined) {
        return property.maxAgeMs === undefined ? [] : [watchAssignments(device, property.member, onAssigned)];
      }
      const subject = device.subject(property.notify);
      return watchProperty(
        device,
        property.member,
        (value) => this.notify(property, subject, value),
        (error) => this.notTold(property, error),
        onAssigned,
      );
    });
  }

  /** Of properties that tell their changes, by wire name: emits when the value becomes stale, bad or good again. */
  qualityChanges(): readonly (readonly [wireName: string, changed: Observable<void>])[] {
    return [...this.qualities].flatMap(([wireName, { changed }]) =>
      this.contract.properties.get(wireName)?.notify === undefined ? [] : [[wireName, changed] as const],
    );
  }

  get(request: ServedGet): void {
    const { wireName } = request.contract;
    const before = this.underway.get(wireName);
    if (before === undefined) void this.read(request);
    else void before.then(() => this.read(request));
  }

  set(request: ServedSet): void {
    const { wireName } = request.contract;
    const before = this.underway.get(wireName);
    const set =
      before === undefined ? this.checkAndSet(request) : before.then(() => this.checkAndSet(request));
    this.underway.set(wireName, set);
    void set.then(() => {
      if (this.underway.get(wireName) === set) this.underway.delete(wireName);
    });
  }

  /** The error of a request for a property that the device does not have. */
  unknown(name: string): ValidationError {
    const known = [...this.contract.properties.keys()];
    const choices =
      known.length === 0 ? "the device has no properties" : `the device's are ${known.join(", ")}`;
    return new ValidationError(`no property "${name}": ${choices}`);
  }

  /**
   * Learns of a property's quality without anybody asking for its value.
   *
   * @throws ValidationError if the device has no such property.
   */
  async reread(member: string): Promise<void> {
    const property = [...this.contract.properties.values()].find((one) => one.member === member);
    if (property === undefined) throw this.unknown(member);
    const quality = this.qualities.get(property.wireName);
    try {
      await this.device.get(member);
      quality?.wasGood();
    } catch (error) {
      if (error instanceof BadValue) quality?.wasBad(error.reason);
      else this.notRead(property, error);
    }
  }

  private notRead({ member }: PropertyContract, error: unknown): void {
    const place = `${this.device.className}.${member}`;
    this.log.error({ err: error }, `${place} could not be read: ${messageOf(error)}`);
  }

  private read(request: ServedGet): Promise<void> | undefined {
    if (!request.start()) return undefined;
    try {
      const value = withContext(request, () => this.device.get(request.contract.member));
      if (isPromise(value)) return this.settle(request, value);
      this.gave(request, value);
    } catch (error) {
      this.gaveNone(request, error);
    }
    return undefined;
  }

  private gave(request: ServedGet, value: unknown): void {
    const quality = this.qualities.get(request.contract.wireName);
    quality?.wasGood();
    if (request.request.time === true) request.valueStamp = quality?.stamp();
    request.succeed(value);
  }

  private gaveNone(request: ServedGet, error: unknown): void {
    const { type, wireName } = request.contract;
    const quality = this.qualities.get(wireName);
    if (!(error instanceof BadValue) || quality === undefined) {
      this.failed(request, error);
      return;
    }
    quality.wasBad(error.reason);
    request.fail(badValueFailure(error, toWire(type, error.value), quality.stamp()));
  }

  private async checkAndSet(request: ServedSet): Promise<void> {
    const { contract } = request;
    if (!request.start()) return;
    let accepted: unknown;
    try {
      accepted = await acceptedValue(contract, request.request.value);
    } catch (error) {
      request.reject(refusal(error));
      return;
    }
    const keep = contract.persist === true && this.settings?.noted(contract, request.request.value);
    // Checks may take their time: whether the value is wanted is decided as late as can be.
    if (request.isOver()) return;
    try {
      withContext(request, () => this.device.set(contract.member, accepted));
      if (keep) keep();
      request.succeed(undefined);
    } catch (error) {
      this.failed(request, error);
    }
  }

  private async settle(request: ServedGet, value: PromiseLike<unknown>): Promise<void> {
    try {
      this.gave(request, await value);
    } catch (error) {
      this.gaveNone(request, error);
    }
  }

  private failed(request: ServedGet | ServedSet, error: unknown): void {
    request.fail(deviceFailure(error));
    this.failures.failed(request, error);
  }

  /** Leaves the device as it was before it was served. */
  release(): void {
    rereadsNoMore(this.device.target, this);
    for (const unwatch of this.unwatch) unwatch();
    for (const quality of this.qualities.values()) quality.close();
  }

  private qualityOf({ member, notify, maxAgeMs }: PropertyContract, time: DeviceTime): PropertyQuality {
    const signal = notify === undefined ? undefined : this.device.signal(notify);
    return new PropertyQuality({
      now: () => time.now(),
      maxAgeMs,
      emissions: signal !== undefined && isSubject(signal) ? signal : undefined,
      onBad: (reason) =>
        this.log.warn({ member }, `the value of ${this.device.className}.${member} is bad: ${reason}`),
    });
  }

  /** A notification that fails is the device's affair, never that of who set the property. */
  private notify(property: PropertyContract, subject: { next(value: unknown): void }, value: unknown): void {
    try {
      subject.next(value);
    } catch (error) {
      this.notTold(property, error);
    }
  }

  private notTold({ member, wireName }: PropertyContract, error: unknown): void {
    if (error instanceof BadValue) {
      this.qualities.get(wireName)?.wasBad(error.reason);
      return;
    }
    const place = `${this.device.className}.${member}`;
    this.log.error({ err: error }, `${place} was set, but its change could not be told: ${messageOf(error)}`);
  }
}
