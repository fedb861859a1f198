import { BehaviorSubject, type Observable, type Subscription } from "rxjs";
import { type RemoteProperty } from "../../browser";
import { type DescribedDevice, type DescribedProperty } from "./described-device";
import { type KnownDevice } from "./known-device";

/** What is known of a property's value. */
export interface PropertyValue {
  /** Nothing before it was first read. */
  readonly value?: unknown;
  /** When it last came. */
  readonly at?: Date;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/** How long after an answer a property that tells no changes is asked again, in milliseconds. */
const ASK_AGAIN_MS = 2_000;

/** The properties of one device: each is read while somebody looks at it, and keeps what it last was. */
export class PropertyValues {
  private readonly values = new Map<string, BehaviorSubject<PropertyValue>>();
  private readonly readers = new Map<string, { count: number; stop: () => void }>();

  constructor(private readonly device: KnownDevice) {}

  /** The newest of each property, whether it is being read or not. */
  of(member: string): BehaviorSubject<PropertyValue> {
    const known = this.values.get(member) ?? new BehaviorSubject<PropertyValue>({});
    this.values.set(member, known);
    return known;
  }

  /** Reads a property until the returned function is called. */
  watch(property: DescribedProperty): () => void {
    const { member } = property;
    const reader = this.readers.get(member) ?? { count: 0, stop: this.read(property) };
    this.readers.set(member, reader);
    reader.count++;
    return () => {
      if (--reader.count > 0 || this.readers.get(member) !== reader) return;
      this.readers.delete(member);
      reader.stop();
    };
  }

  /**
   * Sets a property, and shows at once what it then is where it tells no changes.
   *
   * @throws ValidationError with what the device says of the value, and what a call throws besides.
   */
  async set({ member, isLive }: DescribedProperty, value: unknown): Promise<void> {
    const described = this.device.described$.value;
    if (described === undefined) return;
    const remote = propertyOf(described, member);
    await remote.set(value);
    if (!isLive) this.came(member, await remote.get());
  }

  close(): void {
    for (const { stop } of this.readers.values()) stop();
    this.readers.clear();
  }

  /** For each contract that the device comes with. */
  private read(property: DescribedProperty): () => void {
    const { member } = property;
    let current: (() => void) | undefined;
    const contracts = this.device.described$.subscribe((described) => {
      current?.();
      const known = described?.properties.find((each) => each.member === member);
      current = described && known && this.readFrom(described, known);
    });
    return () => {
      contracts.unsubscribe();
      current?.();
    };
  }

  private readFrom(described: DescribedDevice, { member, isLive }: DescribedProperty): () => void {
    const remote = propertyOf(described, member);
    return isLive ? this.listen(member, remote.changes$) : this.ask(member, () => remote.get());
  }

  private listen(member: string, changes$: Observable<unknown>): () => void {
    let subscription: Subscription | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const subscribe = () => {
      subscription = changes$.subscribe({
        next: (value) => this.came(member, value),
        error: (error: unknown) => {
          this.failed(member, error);
          again = setTimeout(subscribe, ASK_AGAIN_MS);
        },
      });
    };
    subscribe();
    return () => {
      clearTimeout(again);
      subscription?.unsubscribe();
    };
  }

  private ask(member: string, get: () => Promise<unknown>): () => void {
    let isLeft = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = async () => {
      try {
        if (!document.hidden && (this.device.isPresent || this.of(member).value.at === undefined)) {
          this.came(member, await get());
        }
      } catch (error) {
        this.failed(member, error);
      }
      if (!isLeft) timer = setTimeout(() => void next(), ASK_AGAIN_MS);
    };
    void next();
    return () => {
      isLeft = true;
      clearTimeout(timer);
    };
  }

  private came(member: string, value: unknown): void {
    this.of(member).next({ value, at: new Date() });
  }

  private failed(member: string, error: unknown): void {
    // One that is away is said so once, not at each of its properties.
    if (!this.device.isPresent) return;
    const problem = error instanceof Error ? error.message : String(error);
    this.of(member).next({ ...this.of(member).value, problem });
  }
}

function propertyOf({ remote }: DescribedDevice, member: string): RemoteProperty<unknown> {
  return Reflect.get(remote, member) as RemoteProperty<unknown>;
}
