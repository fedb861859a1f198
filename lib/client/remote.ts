import { type Observable } from "rxjs";
import { type Bytes } from "../platform/platform";
import { type RemoteStream } from "./remote-stream";
import { type Run } from "./run";
import { type Reading } from "./timed";

/**
 * A device of class `T` as it is seen from elsewhere: a method gives a function returning a promise, one that yields a
 * {@link Run}, one that returns an Observable or an AsyncIterable a {@link RemoteStream}, a field that is an Observable gives an Observable, every other field gives a {@link RemoteProperty} (without `set` where it is
 * readonly in `T`).
 */
export type Remote<T> = { readonly [K in keyof T]-?: RemoteMember<T, K> };

/** A property of a device. */
export interface RemoteProperty<V> extends ReadonlyRemoteProperty<V> {
  /**
   * @throws ValidationError if the device does not take the value.
   */
  set(value: V): Promise<void>;
}

/** A property that only the device itself sets. */
export interface ReadonlyRemoteProperty<V> {
  /**
   * Asks the device for the value now.
   *
   * @throws BadValue if the device says that the value cannot be relied on.
   */
  get(): Promise<V>;
  /**
   * Asks the device for the value, when it was true, and whether it can be relied on: a bad value is an answer here.
   *
   * Of a device that tells no time, as an original, the time is the middle between the question and the answer, and
   * `uncertaintyMs` half of what lies between.
   */
  read(): Promise<Reading<V>>;
  /**
   * The value now, each new value after it, and the value again after a reconnect; needs a `notify` signal.
   * Fails with a ContractError where the property has none. Bad values are left out: `withTime(changes$)` tells them.
   */
  readonly changes$: PropertyChanges<V>;
}

/** The values of a property, as they change. */
export interface PropertyChanges<V> extends Observable<V> {
  /** Tells it from a signal, where the compiler looks: `withTime` gives readings of it. Never there. */
  readonly isOfProperty?: never;
}

type RemoteMember<T, K extends keyof T> =
  IsAny<T[K]> extends true
    ? PropertyOf<T, K>
    : T[K] extends (...args: infer A) => infer R
      ? (...args: A) => Called<R>
      : T[K] extends Observable<infer V>
        ? Observable<V>
        : PropertyOf<T, K>;

/** What a generator yields is its progress; what is declared as an AsyncIterable or an Observable are items. */
type Called<R> =
  IsAny<R> extends true
    ? Promise<R>
    : [Awaited<R>] extends [never]
      ? Promise<Received<Awaited<R>>>
      : [R] extends [AsyncGenerator<infer P, infer V, never> | Generator<infer P, infer V, never>]
        ? Run<Received<Awaited<V>>, Awaited<P>>
        : [Awaited<R>] extends [Observable<infer V> | AsyncIterable<infer V>]
          ? RemoteStream<V>
          : Promise<Received<Awaited<R>>>;

type PropertyOf<T, K extends keyof T> =
  IsReadonly<T, K> extends true ? ReadonlyRemoteProperty<T[K]> : RemoteProperty<T[K]>;

/** `any` would be a method, a signal and a property at once. */
type IsAny<V> = 0 extends 1 & V ? true : false;

/** The bytes of a buffer result arrive as a `Buffer`; in a browser as a `Uint8Array`. */
type Received<R> = R extends readonly [Uint8Array, infer Info extends object] ? [data: Bytes, info: Info] : R;

type IsReadonly<T, K extends keyof T> = Same<Pick<T, K>, Readonly<Pick<T, K>>>;

/**
 * Whether two types are identical, modifiers included. The functions are written out twice: of an alias the compiler
 * would compare only the arguments, to which `readonly` makes no difference.
 */
type Same<A, B> =
  (<X>(value: X) => X extends A ? 1 : 2) extends <X>(value: X) => X extends B ? 1 : 2 ? true : false;
