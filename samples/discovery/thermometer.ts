import { interval, map } from "rxjs";
import { RpcProperty, RpcService, Signal } from "rigwire";

const READING_EVERY_MS = 100;

/** A sensor that is polled only while somebody looks: its signal is a cold Observable. */
@RpcService({ type: "thermometer" })
export class Thermometer {
  /** The temperature, in degrees Celsius. */
  @Signal(Number, { unit: "Cel", precision: 2, warn: [15, 30], show: "main", record: true })
  readonly temperature = interval(READING_EVERY_MS).pipe(map((count) => 21 + Math.sin(count) / 10));

  @RpcProperty({ readonly: true, type: String, show: "detail", description: "stands on its back" })
  serial = "T-0001";
}
