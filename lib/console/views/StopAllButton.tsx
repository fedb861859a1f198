import { useConsole } from "./rig-context";
import { useLive } from "./use-live";

/** Stops every device that can be stopped; works as well where nothing is known to run. */
export function StopAllButton() {
  const { rig } = useConsole();
  const { kind } = useLive(rig.gateway.presence$);
  return (
    <button
      type="button"
      class="stop stop-all"
      aria-keyshortcuts="Alt+X"
      disabled={kind !== "present"}
      onClick={() => rig.stopAll()}
    >
      Stop all <kbd>Alt X</kbd>
    </button>
  );
}
