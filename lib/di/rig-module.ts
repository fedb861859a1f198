import { type DependencyContainer } from "tsyringe";
import { type DeviceDirectory } from "../discovery/device-directory";
import { type RpcServer } from "../server/rpc-server";

/** A part that an app is put together from: where devices are looked up, and where they are made known. */
export interface RigModule {
  /** What errors and logs call it. */
  readonly name: string;

  /**
   * Starts it. An app starts its modules in the order in which they were given.
   *
   * @param container - The app's own, to register what the module provides.
   */
  start(container: DependencyContainer): Promise<RunningModule>;
}

/** A module that was started. */
export interface RunningModule {
  /** Where it looks devices up; left out by a module that does not. */
  readonly directory?: DeviceDirectory;
  /** Called when every module of the app has started, before its devices are served. */
  ready?(): Promise<void>;
  /** Makes a served device known; left out by a module that does not. */
  announce?(device: ServedDevice): Promise<Announcement>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A device that an app serves. */
export interface ServedDevice {
  readonly server: RpcServer;
  /** Whether it takes its name from a device that has it. Default false. */
  readonly overwrite?: boolean;
  /** The address to make known, where the one that is bound is of no use to others. */
  readonly advertise?: string;
  /** What a local advertisement says of the device besides. */
  readonly properties?: Readonly<Record<string, string | null>>;
}

/** A device that was made known. */
export interface Announcement {
  /** Takes it back. Idempotent. */
  close(): Promise<void>;
}
