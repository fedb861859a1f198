import { type Plain } from "../security/credentials";
import { container, type DependencyContainer, type InjectionToken } from "tsyringe";
import { type Remote } from "../client/remote";
import { type ClientOptions } from "../client/rpc-client";
import { type Constructor } from "../contract/value-type";
import { CombinedDirectory } from "../discovery/combined-directory";
import { type DeviceDirectory, type DeviceRecord } from "../discovery/device-directory";
import { DeviceList } from "../discovery/device-list";
import { RigwireError } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { localUrl } from "../address/local-url";
import { securityOfDevices, type RigSecurity } from "../security/rig-security";
import { healthOf } from "../server/device-health";
import { type RpcServer } from "../server/rpc-server";
import { serve } from "../server/serve";
import { type ServeOptions } from "../server/serve-options";
import { deferred } from "../time/deferred";
import { DeviceClients } from "./device-clients";
import { provideRigSecurity } from "./rig-security-token";
import { type RigModule, type RunningModule, type ServedDevice } from "./rig-module";
import { ServiceManager } from "./service-manager";

/** The token under which the app's directory is injected: `@inject(DEVICE_DIRECTORY)`. */
export const DEVICE_DIRECTORY: InjectionToken<DeviceDirectory> = Symbol("rigwire:DeviceDirectory");

/** What holds for a whole app. */
export interface RigAppOptions {
  /** Closes the app on SIGINT and SIGTERM; a second signal ends the process at once. Default false. */
  readonly closeOnSignals?: boolean;
  /** For all clients of the app. */
  readonly clients?: ClientOptions;
  /**
   * The keys of the app's devices and clients, where their own options name none; `"plain"` for none. Default: what the
   * environment says (`RIGWIRE_KEYS`, `RIGWIRE_ALLOW`, `RIGWIRE_SERVER_KEY`), or none.
   */
  readonly security?: RigSecurity | Plain;
  /** The container that the app's own is a child of. Default: tsyringe's global one. */
  readonly parent?: DependencyContainer;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

/** How an app serves a device and makes it known. */
export interface DeviceOptions extends ServeOptions, Omit<ServedDevice, "server"> {}

interface DeviceEntry {
  readonly device: Constructor<object> | object;
  readonly options: DeviceOptions;
}

/** An app was used out of order. */
export class RigAppError extends RigwireError {}

/**
 * A process of a rig: the devices it serves, the devices it uses, and how they find each other.
 *
 * ```ts
 * const app = new RigApp().use(RegistryModule.connect("tcp://10.0.0.1:5555")).serve(Camera, { name: "cam-1" });
 * await app.start();
 * ```
 */
export class RigApp {
  /** The app's own container, a child of the global one. */
  readonly container: DependencyContainer;
  /** Resolves when the app was closed, whoever closed it. */
  readonly closed: Promise<void>;
  /** The servers of the app's devices, in the order of `serve`; empty until the app was started. */
  readonly servers: RpcServer[] = [];

  private readonly whenClosed = deferred();
  private readonly modules: RigModule[] = [];
  private readonly devices: DeviceEntry[] = [];
  private readonly directory = new CombinedDirectory();
  private readonly ownDevices = new DeviceList();
  private readonly clients: DeviceClients;
  private readonly log: Logger;
  private readonly serviceManager: ServiceManager | undefined;
  /** What was started, to be closed in reverse. */
  private readonly started: (() => Promise<void> | void)[] = [];
  private phase: "new" | "started" | "closed" = "new";
  private closing: Promise<void> | undefined;

  constructor(private readonly options: RigAppOptions = {}) {
    this.log = options.logger ?? defaultLogger();
    this.serviceManager = ServiceManager.of(process.env, this.log, () => this.problem());
    this.closed = this.whenClosed.promise;
    this.container = (options.parent ?? container).createChildContainer();
    const { security, clients } = options;
    const ofClients = security === undefined ? {} : { rigSecurity: security };
    if (security !== undefined) provideRigSecurity(this.container, security);
    this.clients = new DeviceClients(this.directory, { logger: this.log, ...ofClients, ...clients });
    this.container.registerInstance<DeviceDirectory>(DEVICE_DIRECTORY, this.directory);
    this.container.registerInstance(DeviceClients, this.clients);
    this.directory.add(this.ownDevices);
  }

  /** Adds a module. Devices are looked up in the modules in this order, after those of the app itself. */
  use(module: RigModule): this {
    this.requireNew(`use(${module.name})`);
    this.modules.push(module);
    return this;
  }

  /**
   * Adds a device to serve.
   *
   * @param device - A decorated class, which the container makes, or an object of one.
   */
  serve(device: Constructor<object> | object, options: DeviceOptions = {}): this {
    this.requireNew("serve()");
    this.devices.push({ device, options });
    return this;
  }

  /** A remote device; see `@InjectClient`, which gives the same. Closed with the app. */
  client<T extends object>(contract: Constructor<T>, name?: string): Remote<T> {
    return this.clients.client(contract, name);
  }

  /**
   * Starts the modules, then serves the devices and makes them known, each in the order given. If anything fails, what
   * had started is stopped again. As a service of systemd (`Type=notify`, `NotifyAccess=all`) the app tells it when it is
   * up and when it stops, and keeps its watchdog quiet while the event loop turns and all its devices say that they serve
   * (`setHealth`).
   *
   * @throws What the module or device failed with.
   */
  async start(): Promise<this> {
    this.requireNew("start()");
    this.phase = "started";
    if (this.options.closeOnSignals === true) this.closeOnSignals();
    try {
      this.started.push(() => this.clients.close());
      const modules = [];
      for (const module of this.modules) modules.push(await this.startModule(module));
      for (const module of modules) await module.ready?.();
      for (const entry of this.devices) await this.startDevice(entry, modules);
      await this.tellReady();
    } catch (error) {
      await this.close();
      await this.closeStarted();
      throw error;
    }
    return this;
  }

  /** An object from the app's container, its dependencies injected. */
  resolve<T>(token: InjectionToken<T>): T {
    return this.container.resolve(token);
  }

  /** Stops everything in reverse order. A part that fails to stop is logged and holds up nothing. Idempotent. */
  close(): Promise<void> {
    this.phase = "closed";
    this.closing ??= this.stop();
    return this.closing;
  }

  /** As {@link close}: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async startModule(module: RigModule): Promise<RunningModule> {
    const running = await module.start(this.container);
    this.started.push(() => running.close());
    this.requireOpen();
    if (running.directory !== undefined) this.directory.add(running.directory);
    return running;
  }

  private async startDevice(
    { device, options }: DeviceEntry,
    modules: readonly RunningModule[],
  ): Promise<void> {
    const { security } = this.options;
    const ofDevices = security === undefined ? {} : { security: securityOfDevices(security) };
    const server = await serve(this.instanceOf(device), { logger: this.log, ...ofDevices, ...options });
    this.started.push(() => server.close());
    this.servers.push(server);
    for (const module of modules) {
      this.requireOpen();
      const announcement = await module.announce?.({ ...options, server });
      if (announcement !== undefined) this.started.push(() => announcement.close());
    }
    this.requireOpen();
    this.started.push(this.ownDevices.add(recordOf(server)));
  }

  /** A class is made once by the container, and is the same object for whoever injects it in this process. */
  private instanceOf(device: Constructor<object> | object): object {
    if (typeof device !== "function") return device;
    const type = device as new (...args: unknown[]) => object;
    const instance = this.container.resolve(type);
    this.container.registerInstance(type, instance);
    return instance;
  }

  private async tellReady(): Promise<void> {
    await this.serviceManager?.ready();
    this.requireOpen();
  }

  /** Why a device of this app cannot do its work; an app that stops is no problem. */
  private problem(): string | undefined {
    for (const { target, name, contract } of this.servers) {
      const health = healthOf(target);
      if (!health.serving) return `${name === "" ? contract.type : name} is not serving: ${health.reason}`;
    }
    return undefined;
  }

  private async stop(): Promise<void> {
    await this.serviceManager?.stopping();
    // What runs may have to be stopped, so the devices can be found until nothing runs any more.
    await Promise.all(this.servers.map((server) => server.drain()));
    await this.closeStarted();
    this.serviceManager?.close();
    this.directory.close();
    this.whenClosed.resolve();
  }

  private async closeStarted(): Promise<void> {
    for (let close = this.started.pop(); close !== undefined; close = this.started.pop()) {
      try {
        await close();
      } catch (error) {
        this.log.error({ err: error }, "a part of the app did not close cleanly");
      }
    }
  }

  private closeOnSignals(): void {
    const close = () => {
      stopListening();
      void this.close();
    };
    const stopListening = () => {
      process.off("SIGINT", close);
      process.off("SIGTERM", close);
    };
    process.on("SIGINT", close);
    process.on("SIGTERM", close);
    this.started.push(stopListening);
  }

  /** Somebody closed the app while it was starting. */
  private requireOpen(): void {
    if (this.phase === "closed") throw new RigAppError("the app was closed while it was starting");
  }

  private requireNew(what: string): void {
    if (this.phase === "new") return;
    throw new RigAppError(`${what}: the app is already ${this.phase}; put it together before start()`);
  }
}

/** The name is what it is at the time: a registry may give another. */
function recordOf(server: RpcServer): DeviceRecord {
  return {
    get name() {
      return server.name;
    },
    type: server.contract.type,
    url: localUrl(server.url),
  };
}
