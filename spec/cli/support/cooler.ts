import { setTimeout as delay } from "node:timers/promises";
import { Arg, JsonMethod, RpcService } from "rigwire";

const STEP_MS = 20;

/** Tells how far it has come by numbers. */
@RpcService({ type: "cooler" })
export class Cooler {
  @JsonMethod({ progress: Number, progressRange: [-10, 10], unit: "Cel", precision: 1 })
  async *coolDown(): AsyncGenerator<number, string> {
    for (let celsius = 10; celsius > -10; celsius -= 0.25) {
      yield celsius;
      await delay(STEP_MS);
    }
    return "cold";
  }

  @JsonMethod({ progress: Number })
  async *count(@Arg("to") to: number): AsyncGenerator<number, string> {
    for (let at = 1; at <= to; at++) {
      yield at;
      await delay(STEP_MS);
    }
    return "counted";
  }
}
