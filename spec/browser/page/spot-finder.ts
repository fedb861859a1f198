import { Subject } from "rxjs";
import { JsonMethod, RpcService, Signal } from "rigwire";

export class Spot {
  x!: number;
  y!: number;

  get distance(): number {
    return Math.hypot(this.x, this.y);
  }
}

@RpcService({ type: "spot-finder" })
export class SpotFinder {
  @Signal(Spot) readonly found = new Subject<Spot>();

  @JsonMethod() find(): void {
    this.found.next(Object.assign(new Spot(), { x: 3, y: 4 }));
  }
}
