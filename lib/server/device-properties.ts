import { type PropertyContract, type ServiceContract } from "../contract/service-contract";
import { messageOf, ValidationError } from "../errors";
import { type Logger } from "../log/logger";
import { deviceFailure, refusal } from "../wire/failures";
import { type PropertyGet, type PropertySet } from "../wire/requests";
import { acceptedValue } from "./accepted-value";
import { withContext } from "./call-context";
import { type Device } from "./device";
import { type FailureLog } from "./failure-log";
import { isPromise } from "./is-promise";
import { type KeptSettings } from "./kept-settings";
import { watchProperty } from "./property-watch";
import { type ServedRequest } from "./served-request";

/** A request for a property's value. */
export type ServedGet = ServedRequest<PropertyContract, PropertyGet>;

/** A request to set a property. */
export type ServedSet = ServedRequest<PropertyContract, PropertySet>;

/** A device's properties: read, set after all checks, and told through their notify signals when they change. */
export class DeviceProperties {
  private readonly unwatch: readonly (() => void)[];
  /** The last set of a property whose check is not over. What comes after it for that property waits. */
  private readonly underway = new Map<string, Promise<void>>();

  constructor(
    private readonly device: Device,
    private readonly contract: ServiceContract,
    private readonly log: Logger,
    private readonly failures: FailureLog,
    private readonly settings?: KeptSettings,
  ) {
    this.unwatch = [...contract.properties.values()].flatMap((property) => {
      if (!property.autoNotify || property.notify === undefined) return [];
      const subject = device.subject(property.notify);
      return watchProperty(
        device,
        property.member,
        (value) => this.notify(property, subject, value),
        (error) => this.notTold(property, error),
      );
    });
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

  private read(request: ServedGet): Promise<void> | undefined {
    if (!request.start()) return undefined;
    try {
      const value = withContext(request, () => this.device.get(request.contract.member));
      if (isPromise(value)) return this.settle(request, value);
      request.succeed(value);
    } catch (error) {
      this.failed(request, error);
    }
    return undefined;
  }

  private async checkAndSet(request: ServedSet): Promise<void> {
    const { contract } = request;
    if (!request.start()) return;
    let accepted: unknown;
    try {
      accepted = await acceptedValue(contract, request.request.value);
    } catch (error) {
      request.fail(refusal(error));
      return;
    }
    // Checks may take their time: whether the value is wanted is decided as late as can be.
    if (request.isOver()) return;
    const keep = contract.persist === true && this.settings?.noted(contract, request.request.value);
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
      request.succeed(await value);
    } catch (error) {
      this.failed(request, error);
    }
  }

  private failed(request: ServedGet | ServedSet, error: unknown): void {
    request.fail(deviceFailure(error));
    this.failures.failed(request, error);
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
      this.notTold({ member }, error);
    }
  }

  private notTold({ member }: Pick<PropertyContract, "member">, error: unknown): void {
    const place = `${this.device.className}.${member}`;
    this.log.error({ err: error }, `${place} was set, but its change could not be told: ${messageOf(error)}`);
  }
}
