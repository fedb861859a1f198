import { once } from "node:events";
import { Subject } from "rxjs";
import {
  Arg,
  arrayOf,
  CallContext,
  JsonMethod,
  RpcProperty,
  RpcService,
  Signal,
  StreamMethod,
} from "../../lib/index";
import { Plan, Step } from "./plan";

/** A device whose calls wait until they are given up. */
@RpcService({ type: "waiting" })
export class WaitingDevice {
  @Signal(Number) readonly moved = new Subject<number>();

  @RpcProperty({ notify: "moved" }) position: number = 0;

  /** How often each method was begun, and given up. */
  readonly begun: string[] = [];
  readonly ended: string[] = [];

  /** @param tell - Is told of each call that begins. */
  constructor(private readonly tell: (method: string) => void = () => undefined) {}

  @JsonMethod({ timeout: 60_000 })
  async hang(): Promise<void> {
    this.begin("hang");
    await givenUp().finally(() => this.ended.push("hang"));
  }

  @JsonMethod({ progress: Number, timeout: 60_000 })
  async *steps(): AsyncGenerator<number, void> {
    this.begin("steps");
    try {
      yield 1;
      await givenUp();
    } finally {
      this.ended.push("steps");
    }
  }

  @StreamMethod(Number)
  async *numbers(): AsyncIterable<number> {
    this.begin("numbers");
    try {
      yield 1;
      await givenUp();
    } finally {
      this.ended.push("numbers");
    }
  }

  @JsonMethod({ returns: Number })
  twice(@Arg("number") number: number): number {
    this.begin("twice");
    return 2 * number;
  }

  @JsonMethod({ returns: arrayOf(Step) })
  done(@Arg("plan") plan: Plan): Step[] {
    return plan.steps;
  }

  @JsonMethod({ concurrent: true })
  emit(@Arg("count") count: number): void {
    for (let number = 1; number <= count; number++) this.moved.next(number);
  }

  private begin(method: string): void {
    this.begun.push(method);
    this.tell(method);
  }
}

/** When the caller of the running method gives it up. */
async function givenUp(): Promise<void> {
  const { signal } = CallContext.current();
  if (!signal.aborted) await once(signal, "abort");
}
