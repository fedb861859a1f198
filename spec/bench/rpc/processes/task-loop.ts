import { type TaskMessage, type TaskRequest, type TaskTypes } from "./messages";

/** Ends also a process whose peer does not close. */
const CLOSE_MS = 1_000;

/** A request to end. */
export const END = "end";

/**
 * The life of a process of the benchmark: starts, tells that it is ready, carries out tasks, and ends when it is asked
 * to or when the benchmark is gone.
 *
 * @param start - Gives what the benchmark is told, the tasks, and the way to close.
 */
export function runTasks<Tasks extends TaskTypes<Tasks>>(
  start: () => Promise<{ info: unknown; tasks: Tasks; close: () => Promise<void> }>,
): void {
  const started = start();
  const end = () => {
    setTimeout(() => process.exit(0), CLOSE_MS);
    void started
      .then(({ close }) => close())
      .catch(() => undefined)
      .then(() => process.exit(0));
  };
  process.on("disconnect", end);
  process.on("uncaughtException", (error) => fail(error));
  process.on("message", (message: TaskRequest | typeof END) => {
    if (message === END) end();
    else void started.then(({ tasks }) => carryOut(tasks, message));
  });
  started.then(({ info }) => tell({ kind: "ready", info }), fail);
}

async function carryOut<Tasks extends TaskTypes<Tasks>>(
  tasks: Tasks,
  { id, task, options }: TaskRequest,
): Promise<void> {
  try {
    // The two sides are compiled together: the options are what the task takes.
    tell({ kind: "result", id, result: await tasks[task as keyof Tasks](options as never) });
  } catch (error) {
    tell({ kind: "failure", id, error: error instanceof Error ? error.message : String(error) });
  }
}

/** In one line: it stands in a table. */
function fail(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${text.split("\n", 1)[0] ?? ""}\n`);
  process.exit(1);
}

function tell(message: TaskMessage): void {
  process.send?.(message);
}
