import { isObservable, type Observable } from "rxjs";
import { ContractError } from "../errors";

/**
 * The object that is served, seen by member name. The one place where a name becomes a property of the object; names
 * come from the contract only, never from the network.
 */
export class Device {
  /** The class, for errors. */
  readonly className: string;

  constructor(readonly target: object) {
    this.className = target.constructor.name;
  }

  get(member: string): unknown {
    return Reflect.get(this.target, member) as unknown;
  }

  /**
   * @throws whatever the setter throws; ContractError if the object does not take the value.
   */
  set(member: string, value: unknown): void {
    if (!Reflect.set(this.target, member, value)) {
      throw new ContractError(
        `${this.className}.${member} cannot be set: the object is frozen or has no setter`,
      );
    }
  }

  invoke(member: string, args: unknown[]): unknown {
    const method = this.get(member);
    if (typeof method !== "function") {
      throw new ContractError(`${this.className}.${member} is decorated as a method, but is none`, {
        member,
      });
    }
    return Reflect.apply(method, this.target, args) as unknown;
  }

  /**
   * A signal that can be made to emit.
   *
   * @throws ContractError if it is no Subject.
   */
  subject(member: string): { next(value: unknown): void } {
    const subject: object = this.signal(member);
    if (isSubject(subject)) return subject;
    throw new ContractError(
      `${this.className}.${member} tells a property's new value, so it must be a Subject; or set autoNotify: false ` +
        "on the property and emit in its setter",
      { member },
    );
  }

  /**
   * @throws ContractError if the field holds no Observable.
   */
  signal(member: string): Observable<unknown> {
    const value = this.get(member);
    if (isObservable(value)) return value;
    throw new ContractError(
      `${this.className}.${member} is a @Signal, but holds ${describe(value)}: give it a Subject or another Observable`,
      { member },
    );
  }
}

/** By its shape: another copy of rxjs makes other classes. */
export function isSubject(observable: object): observable is { next(value: unknown): void } {
  return "next" in observable && typeof observable.next === "function";
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  return typeof value === "object" ? "an object that is no Observable" : `a ${typeof value}`;
}
