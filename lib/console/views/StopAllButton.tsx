import { ONLY_LOOK, useConsole, useMayControl } from "./rig-context";
import { useLive } from "./use-live";

/** Stops every device that can be stopped; works as well where nothing is known to run. */
export function StopAllButton() {
  const { rig } = useConsole();
  const { kind } = useLive(rig.gateway.presence$);
  const mayControl = useMayControl();
  return (
    <button
      type="button"
      class="stop stop-all"
      aria-keyshortcuts="Alt+X"
      disabled={kind !== "present" || !mayControl}
      title={mayControl ? undefined : ONLY_LOOK}
      onClick={() => rig.stopAll()}
    >
      Stop all <kbd>Alt X</kbd>
    </button>
  );
}
