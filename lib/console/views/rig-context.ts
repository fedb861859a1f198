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

/** A device by its name; another one where it was listed anew. */
export function useDevice(name: string): Device {
  const { rig } = useConsole();
  useLive(rig.listed$);
  return rig.device(name);
}
