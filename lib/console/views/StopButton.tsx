import { type Device } from "../model/device";
import { stopOf } from "../model/described-device";
import { ONLY_LOOK, useMayControl } from "./rig-context";
import { useLive } from "./use-live";
import { clockText } from "../model/value-text";
import { type Call } from "../model/calls";

/** Stops one device; not there where the device has nothing that does. */
export function StopButton({ device }: { readonly device: Device }) {
  const described = useLive(device.described$);
  const { kind } = useLive(device.presence$);
  const method = described && stopOf(described);
  const mayControl = useMayControl();
  const call = useLive(device.calls.of(method?.member ?? ""));
  if (method === undefined) return null;
  return (
    <span class="stop-place">
      <span role="status">{call !== undefined && <Outcome key={call.id} call={call} />}</span>
      <button
        type="button"
        class="stop"
        disabled={kind !== "present" || !mayControl}
        title={mayControl ? undefined : ONLY_LOOK}
        aria-label={`Stop ${device.name}`}
        onClick={() => device.stop()}
      >
        Stop
      </button>
    </span>
  );
}

function Outcome({ call }: { readonly call: Call }) {
  const state = useLive(call.state$);
  if (state.kind === "done") return <span class="hint">stopped {clockText(state.at)}</span>;
  if (state.kind === "failed") return <span class="problem">not stopped: {state.problem}</span>;
  return <span class="hint">stopping</span>;
}
