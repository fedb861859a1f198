import { Observable, type Subscriber } from "rxjs";
import { Arg, JsonMethod, RpcService, Signal } from "../../lib/index";

/** A device that many clients visit at once. */
@RpcService({ type: "hall" })
export class Hall {
  private announcer: Subscriber<number> | undefined;

  /** Not a subject: it is subscribed only while a client listens. */
  @Signal(Number) readonly announced = new Observable<number>((announcer) => {
    this.announcer = announcer;
    return () => (this.announcer = undefined);
  });

  get hasListeners(): boolean {
    return this.announcer !== undefined;
  }

  @JsonMethod()
  greet(@Arg("guest") guest: string): string {
    return `hello ${guest}`;
  }

  announce(count: number): void {
    for (let number = 1; number <= count; number++) this.announcer?.next(number);
  }
}
