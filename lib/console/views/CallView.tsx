import { type JsonSchema } from "../../browser";
import { controlOf } from "../controls/control";
import { type Call, type CallState } from "../model/calls";
import { type DescribedMethod } from "../model/described-device";
import { bytesOf } from "../model/pictures";
import { progressOf, progressText } from "../model/progress";
import { clockText, durationText } from "../model/value-text";
import { ResultView } from "./ResultView";
import { useLive } from "./use-live";

interface CallViewProps {
  readonly call: Call;
  readonly method: DescribedMethod;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** A call: how far it is, and what became of it. */
export function CallView({ call, method, definitions }: CallViewProps) {
  const state = useLive(call.state$);
  if (call.isQuiet && state.kind !== "failed") return null;
  return (
    <div class={`call is-${state.kind}`}>
      {state.kind === "running" ? (
        <Running state={state} call={call} method={method} />
      ) : (
        <p class="outcome" role="status">
          <strong>{OUTCOMES[state.kind]}</strong>{" "}
          <span class="hint">
            after {durationText(state.durationMs)}, {clockText(state.at)}
          </span>
        </p>
      )}
      {state.kind === "failed" && (
        <p class="problem" role="alert">
          {state.problem}
        </p>
      )}
      {state.kind === "done" && bytesOf(state.result) === undefined && (
        <ResultView
          name={method.member}
          result={state.result}
          about={controlOf(method.resultSchema, definitions)}
        />
      )}
    </div>
  );
}

const OUTCOMES: Readonly<Record<Exclude<CallState["kind"], "running">, string>> = {
  done: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

interface RunningProps {
  readonly state: Extract<CallState, { kind: "running" }>;
  readonly call: Call;
  readonly method: DescribedMethod;
}

function Running({ state, call, method: { member, progressSchema } }: RunningProps) {
  const { progress } = state;
  const part = progressOf(progress, progressSchema);
  const { unit, precision } = controlOf(progressSchema);
  return (
    <div class="running">
      <progress max={1} {...(part !== undefined && { value: part })} aria-label={`Progress of ${member}`} />
      <span class="progress-text">
        {progress === undefined ? "running" : `${progressText(progress, precision)} ${unit ?? ""}`}
      </span>
      <button type="button" onClick={() => call.cancel()} aria-label={`Cancel ${member}`}>
        Cancel
      </button>
    </div>
  );
}
