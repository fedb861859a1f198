import { Subject } from "rxjs";
import { RpcProperty, RpcService, Signal } from "../../lib/index";

/** A device whose values change all the time, as those of a sensor do. */
@RpcService({ type: "gauge" })
export class Gauge {
  @Signal(Number) readonly pressureChanged = new Subject<number>();
  @Signal(Number) readonly temperatureChanged = new Subject<number>();
  @Signal(Number) readonly flowChanged = new Subject<number>();

  @RpcProperty({ notify: "pressureChanged", readonly: true, show: "main" }) pressure: number = 0;
  @RpcProperty({ notify: "temperatureChanged", readonly: true, show: "main" }) temperature: number = 0;
  @RpcProperty({ notify: "flowChanged", readonly: true }) flow: number = 0;

  private count = 0;

  /** Changes every value by a little. */
  measure(): void {
    this.count += 1;
    const wave = Math.sin(this.count / 10);
    this.pressure = 1_013 + wave;
    this.temperature = 21 + wave;
    this.flow = 5 + wave;
  }
}
