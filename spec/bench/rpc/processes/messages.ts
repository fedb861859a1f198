/** What the benchmark asks of one of its processes: named tasks, each with its options and its result. */
export type TaskTypes<Tasks> = { readonly [Name in keyof Tasks]: (options: never) => Promise<unknown> };

export type TaskOptions<Task> = Task extends (options: infer Options) => Promise<unknown> ? Options : never;

export type TaskResult<Task> = Task extends (options: never) => Promise<infer Result> ? Result : never;

export interface TaskRequest {
  readonly id: number;
  readonly task: string;
  readonly options: unknown;
}

/** A process says `ready` once, and then answers tasks. */
export type TaskMessage =
  | { readonly kind: "ready"; readonly info: unknown }
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly error: string };
