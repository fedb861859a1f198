import { type FromProcess, type ToProcess } from "../messages";
import { MemoryMeter } from "./memory-growth";

/** The end of this process at which the main process speaks. It ends with the main process. */
export class Child {
  private readonly memory = new MemoryMeter();

  /** @param handle - Gets every message but those about memory. */
  constructor(handle: (message: Exclude<ToProcess, { kind: "memory" }>) => Promise<void> | void) {
    process.on("disconnect", () => process.exit());
    process.on("message", (message: ToProcess) => {
      if (message.kind === "memory") this.tell({ kind: "memory", ...this.memory.growth() });
      else void handle(message);
    });
  }

  tell(message: FromProcess): void {
    process.send?.(message);
  }
}
