/** Why a command was stopped from outside. */
export type StopReason = "SIGINT" | "SIGTERM" | "SIGHUP" | "nobody reads";

/** What ends a command before it is done by itself. */
export class StopSignals {
  readonly signal: AbortSignal;
  private readonly controller = new AbortController();
  private reasonGiven: StopReason | undefined;
  private readonly release: () => void;

  /**
   * Listens from now on. A second Ctrl-C ends the process at once, as it would without us.
   *
   * @param onInterrupted - Called before anything ends for Ctrl-C.
   */
  constructor(stdout: NodeJS.WriteStream, onInterrupted: () => void) {
    this.signal = this.controller.signal;
    const onInterrupt = () => {
      onInterrupted();
      this.stop("SIGINT");
    };
    const onTerminate = () => this.stop("SIGTERM");
    const onHangUp = () => this.stop("SIGHUP");
    const onPipe = (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      this.stop("nobody reads");
    };
    process.once("SIGINT", onInterrupt).once("SIGTERM", onTerminate).once("SIGHUP", onHangUp);
    stdout.on("error", onPipe);
    this.release = () => {
      process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate).off("SIGHUP", onHangUp);
    };
  }

  /** Why the command was stopped; nothing if it was not. */
  get reason(): StopReason | undefined {
    return this.reasonGiven;
  }

  close(): void {
    this.release();
  }

  private stop(reason: StopReason): void {
    this.reasonGiven ??= reason;
    this.controller.abort(reason);
  }
}
