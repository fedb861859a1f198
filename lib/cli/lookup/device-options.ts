import { type Command } from "commander";
import { addKeyOptions, type KeyOptions } from "../keys/key-options";
import { addLookupOptions, type LookupOptions } from "./lookup-options";

/** How a command reaches devices: where their names are looked up, and with which keys. */
export interface DeviceOptions extends LookupOptions, KeyOptions {}

/** Adds the options of every command that works with devices. */
export function addDeviceOptions(command: Command): Command {
  return addKeyOptions(addLookupOptions(command));
}
