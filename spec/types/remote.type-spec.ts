/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access --
   some lines are there because they do not compile */
/**
 * What `Remote<T>` makes of a class, held by the compiler: `npm run check` fails where a line here does not hold.
 */
import { type BehaviorSubject, type Observable, type Subject } from "rxjs";
import {
  align,
  connect,
  type ArrayResult,
  type BufferResult,
  type NdArray,
  Any,
  type Latest,
  type LatestValue,
  type PropertyChanges,
  type Reading,
  type ReadonlyRemoteProperty,
  type Remote,
  type RemoteProperty,
  type RemoteStream,
  type Skipped,
  StreamMethod,
  type Run,
  runOf,
  type Timed,
  withTime,
} from "rigwire";

type Equal<A, B> =
  (<X>(value: X) => X extends A ? 1 : 2) extends <X>(value: X) => X extends B ? 1 : 2 ? true : false;

/** Compiles only where the types are identical. */
declare function same<A, B>(proof: Equal<A, B>): void;

type Mode = "STILL" | "VIDEO";

interface ImageInfo {
  readonly format: string;
}

interface Config {
  gain: number;
  roi?: number[];
}

declare class Camera {
  readonly modeChanged: Subject<Mode>;
  readonly angle: BehaviorSubject<number>;
  readonly frames: Observable<[number, string]>;
  readonly stopped: Subject<void>;

  mode: Mode;
  enabled: boolean;
  config: Config;
  note: string | null;
  anything: unknown;
  untyped: any; // eslint-disable-line @typescript-eslint/no-explicit-any
  label?: string;
  readonly serial: string;
  get url(): string;
  get gain(): number;
  set gain(value: number);

  stop(): void;
  focus(target: number): Promise<number>;
  describe(detail?: boolean): string;
  crop(x: number, ...rest: number[]): Promise<void>;
  lookup(key: string): Config | undefined;
  getImage(lores?: boolean): Promise<BufferResult<ImageInfo>>;
  getRaw(): BufferResult;
  getSpectrum(weights?: Float32Array): Float64Array;
  getPixels(): Promise<ArrayResult<NdArray<Uint16Array>, ImageInfo>>;
  getSeveral(): { image: NdArray; dark: Int16Array };
  mask: NdArray<Uint8Array>;
  getPair(): Promise<[number, string]>;
  parse(): any; // eslint-disable-line @typescript-eslint/no-explicit-any
  never(): never;
  scan(rows: number): AsyncGenerator<number, string>;
  trace(blocks: number): AsyncIterable<Float32Array>;
  live(): Observable<number>;
  later(): Promise<Observable<{ at: number }>>;
  skippers(): AsyncIterable<{ skipped: string }>;
  film(): AsyncGenerator<Mode, BufferResult<ImageInfo>>;
  park(): AsyncGenerator<{ at: number }, void, void>;
  list(): Generator<string, number>;

  protected calibrate(): void;
  private readonly secret: string;
  static count: number;
}

type R = Remote<Camera>;

// A method gives a function with the same arguments that returns a promise.
same<R["stop"], () => Promise<void>>(true);
same<R["focus"], (target: number) => Promise<number>>(true);
same<R["describe"], (detail?: boolean) => Promise<string>>(true);
same<R["crop"], (x: number, ...rest: number[]) => Promise<void>>(true);
same<R["lookup"], (key: string) => Promise<Config | undefined>>(true);
same<R["getPair"], () => Promise<[number, string]>>(true);
same<R["parse"], () => Promise<any>>(true); // eslint-disable-line @typescript-eslint/no-explicit-any

// The bytes of a buffer result are a Buffer.
same<R["getImage"], (lores?: boolean) => Promise<[data: Buffer, info: ImageInfo]>>(true);
same<R["getRaw"], () => Promise<[data: Buffer, info: Record<string, unknown>]>>(true);

// A method that yields gives a run: of what it returns, with the progress that it yields.
same<R["scan"], (rows: number) => Run<string, number>>(true);
same<R["film"], () => Run<[data: Buffer, info: ImageInfo], Mode>>(true);
same<R["park"], () => Run<void, { at: number }>>(true);
same<R["list"], () => Run<number, string>>(true);
same<R["trace"], (blocks: number) => RemoteStream<Float32Array>>(true);
same<R["live"], () => RemoteStream<number>>(true);
same<R["later"], () => RemoteStream<{ at: number }>>(true);
same<ReturnType<RemoteStream<number>["asObservable"]>, Observable<number>>(true);
same<Latest<Float32Array>, Float32Array & Skipped>(true);
same<Latest<number | null>, LatestValue<number> | LatestValue<null>>(true);
same<Latest<{ skipped: string }>, LatestValue<{ skipped: string }>>(true);
same<R["never"], () => Promise<never>>(true);
same<Run<string, number>["progress$"], Observable<number>>(true);
// Arrays are what they were.
same<R["getSpectrum"], (weights?: Float32Array) => Promise<Float64Array>>(true);
same<R["getPixels"], () => Promise<ArrayResult<NdArray<Uint16Array>, ImageInfo>>>(true);
same<R["getSeveral"], () => Promise<{ image: NdArray; dark: Int16Array }>>(true);
same<R["mask"], RemoteProperty<NdArray<Uint8Array>>>(true);

// A field that is an Observable of any kind gives an Observable.
same<R["modeChanged"], Observable<Mode>>(true);
same<R["angle"], Observable<number>>(true);
same<R["frames"], Observable<[number, string]>>(true);
same<R["stopped"], Observable<void>>(true);

// Every other field gives a property, with set() where it is writable.
same<R["mode"], RemoteProperty<Mode>>(true);
same<R["enabled"], RemoteProperty<boolean>>(true);
same<R["config"], RemoteProperty<Config>>(true);
same<R["note"], RemoteProperty<string | null>>(true);
same<R["anything"], RemoteProperty<unknown>>(true);
same<R["untyped"], RemoteProperty<any>>(true); // eslint-disable-line @typescript-eslint/no-explicit-any
same<R["label"], RemoteProperty<string | undefined>>(true);
same<R["gain"], RemoteProperty<number>>(true);
same<R["serial"], ReadonlyRemoteProperty<string>>(true);
same<R["url"], ReadonlyRemoteProperty<string>>(true);

// What is read has its time, and a value that may be missing only where it is bad.
type ReadMode = Awaited<ReturnType<R["mode"]["read"]>>;
same<ReadMode, Reading<Mode>>(true);
same<Extract<ReadMode, { quality: "good" | "stale" }>["value"], Mode>(true);
same<Extract<ReadMode, { quality: "bad" }>["value"], Mode | undefined>(true);
same<Extract<ReadMode, { quality: "bad" }>["reason"], string>(true);
same<R["mode"]["changes$"], PropertyChanges<Mode>>(true);
same<Awaited<ReturnType<R["serial"]["read"]>>, Reading<string>>(true);

// What is not public, or not of an instance, is not there.
same<Extract<keyof R, "secret" | "calibrate" | "count" | "prototype">, never>(true);

declare abstract class Contract {
  abstract readonly moved: Observable<number>;
  abstract position: number;
  abstract readonly limit: number;
  moveTo(position: number): Promise<void>;
}

// A contract class is looked at in the same way.
same<Remote<Contract>["moved"], Observable<number>>(true);
same<Remote<Contract>["position"], RemoteProperty<number>>(true);
same<Remote<Contract>["limit"], ReadonlyRemoteProperty<number>>(true);
same<Remote<Contract>["moveTo"], (position: number) => Promise<void>>(true);

/** What is written against a remote; never run. */
export async function use(remote: Remote<Camera>): Promise<void> {
  const mode: Mode = await remote.mode.get();
  await remote.mode.set(mode);
  const [bytes, { format }] = await remote.getImage(true);
  bytes.readUInt8(format.length);
  remote.mode.changes$.subscribe((each: Mode) => each);

  const positions: Observable<Timed<Mode>> = withTime(remote.modeChanged);
  const readings: Observable<Reading<Mode>> = withTime(remote.mode.changes$);
  align(withTime(remote.frames), positions, { pick: "before" }).subscribe(({ a, b }) => {
    const [frame, name]: [number, string] = a.value;
    const during: Mode = b.value;
    return [frame, name, during];
  });
  align(positions, readings).subscribe(({ b }) => b.quality);
  // @ts-expect-error an event without a time
  align(remote.frames, positions);

  const run: Run<number, { at: number }> = runOf(remote.focus(1));
  run.progress$.subscribe(({ at }) => at.toFixed());
  (await run).toFixed();

  // @ts-expect-error what is yielded is of another type
  remote.scan(1).progress$.subscribe((step: string) => step);
  // @ts-expect-error a value of another type
  await remote.mode.set("OFF");
  // @ts-expect-error a read-only property has no set
  await remote.serial.set("A1");
  // @ts-expect-error an accessor without a setter has no set
  await remote.url.set("http://cam/");
  // @ts-expect-error members of a remote are not assigned
  remote.mode = mode;
  // @ts-expect-error arguments are those of the method
  await remote.focus("near");
  // @ts-expect-error a missing argument
  await remote.focus();
  // @ts-expect-error a private member
  await remote.secret.get();
  // @ts-expect-error a signal is listened to, not emitted
  remote.modeChanged.next("STILL");
  // @ts-expect-error there is no such member
  await remote.fly();
}

/** The ways to connect; never run. */
export function connectEveryWay(camera: typeof Camera, contract: typeof Contract, url: string) {
  // @ts-expect-error an object is no class
  connect({}, url);

  return {
    byClass: connect(camera, url, { timeoutMs: 5 }),
    byContract: connect(contract, async () => Promise.resolve(url)),
    byInventory: connect<Camera>(url),
  };
}

type Connected = ReturnType<typeof connectEveryWay>;

same<Connected["byClass"], Remote<Camera>>(true);
same<Connected["byContract"], Remote<Contract>>(true);
same<Connected["byInventory"], Promise<Remote<Camera>>>(true);

/** A generator that tells progress looks the same to remotes: one that streams is declared otherwise. */
export class Streaming {
  @StreamMethod(Any)
  async *trace(): AsyncIterable<number> {
    yield await Promise.resolve(1);
  }

  @StreamMethod(Any)
  live(): Observable<number> {
    throw new Error("only its type counts");
  }

  // @ts-expect-error -- it is declared as AsyncGenerator
  @StreamMethod(Any)
  async *generated(): AsyncGenerator<number> {
    yield await Promise.resolve(1);
  }

  // @ts-expect-error -- it returns no stream
  @StreamMethod(Any)
  number(): number {
    return 1;
  }
}
