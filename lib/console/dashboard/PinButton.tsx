import { useConsole } from "../views/rig-context";
import { useLive } from "../views/use-live";
import { isSame, type Pin } from "./dashboard";

/** Puts something on the dashboard, or takes it off. */
export function PinButton({ pin }: { readonly pin: Pin }) {
  const { dashboard } = useConsole();
  const isPinned = useLive(dashboard.tiles$).some((tile) => isSame(tile, pin));
  return (
    <button
      type="button"
      class="quiet pin"
      aria-pressed={isPinned}
      aria-label={`Pin ${pin.member} to the dashboard`}
      onClick={() => dashboard.toggle(pin)}
    >
      {isPinned ? "Pinned" : "Pin"}
    </button>
  );
}
