import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Dashboard } from "../dashboard/dashboard";
import { type Device } from "../model/device";
import { useLive } from "./use-live";
import { type Rig } from "../model/rig";

export interface Console {
  readonly rig: Rig;
  readonly dashboard: Dashboard;
}

export const RigContext = createContext<Console | undefined>(undefined);

/** What every view shows a part of. */
export function useConsole(): Console {
  const console = useContext(RigContext);
  if (console === undefined) throw new Error("this view stands outside of the console");
  return console;
}

/** Why nothing can be changed from here. */
export const ONLY_LOOK = "This console may only look: it was started with access to read.";

/** Whether devices may be changed from here, or only be looked at. */
export function useMayControl(): boolean {
  const { rig } = useConsole();
  return useLive(rig.access$) !== "read";
}

/** A device by its name; another one where it was listed anew. */
export function useDevice(name: string): Device {
  const { rig } = useConsole();
  useLive(rig.listed$);
  return rig.device(name);
}
