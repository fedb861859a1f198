import { RpcService } from "rigwire";
import { type SampleSource } from "./recording";
import { RecordingRig } from "./recording-rig";

const PERIOD_MS = 20;

/** Logs temperature and humidity of the room as CSV. */
@RpcService({ type: "sensor-logger" })
export class SensorLogger extends RecordingRig {
  protected readonly fileName = "sensor.csv";
  protected readonly source: SampleSource = {
    periodMs: PERIOD_MS,
    header: () => "time_ms,temperature_c,humidity_percent\n",
    sample: (index) => {
      const time = index * PERIOD_MS;
      const temperature = 21.5 + 0.3 * Math.sin(time / 700);
      const humidity = 45 + 2 * Math.cos(time / 1_100);
      return `${time},${temperature.toFixed(2)},${humidity.toFixed(1)}\n`;
    },
  };
}
