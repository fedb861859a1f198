import { Arg, JsonMethod, RpcService } from "rigwire";
import { TYPES, typeOf } from "./fleet-names";

/** What each device of the bench can do. */
export type SensorType = new () => { read(channel: number): number };

const CLASSES: readonly SensorType[] = Array.from({ length: TYPES }, (_, number) => {
  @RpcService({ type: typeOf(number) })
  class Sensor {
    @JsonMethod()
    read(@Arg("channel") channel: number): number {
      return channel;
    }
  }
  return Sensor;
});

/** The class of a device, by its number. */
export function sensorClass(number: number): SensorType {
  const type = CLASSES[number % TYPES];
  if (type === undefined) throw new RangeError(`${number} is no number of a device`);
  return type;
}
