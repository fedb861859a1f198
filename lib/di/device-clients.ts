import { type Plain } from "../security/credentials";
import { connect } from "../client/connect";
import { clientOf } from "../client/create-remote";
import { type Remote } from "../client/remote";
import { type ClientOptions } from "../client/rpc-client";
import { contractOf } from "../contract/contract-of";
import { securityTowards, type RigSecurity } from "../security/rig-security";
import { type Constructor } from "../contract/value-type";
import { type DeviceDirectory } from "../discovery/device-directory";
import { deviceSearch } from "../discovery/device-search";

export interface DeviceClientsOptions extends ClientOptions {
  /** The keys of the app, from which each client has its own, unless `security` gives the same to all. */
  readonly rigSecurity?: RigSecurity | Plain;
}

/** The remote devices of one app: one connection for each device that is asked for, however many ask. */
export class DeviceClients {
  private readonly remotes = new Map<Constructor<object>, Map<string | undefined, object>>();

  constructor(
    private readonly directory: DeviceDirectory,
    private readonly options: DeviceClientsOptions = {},
  ) {}

  /**
   * A device by its contract. It is looked up when it is first used, and again whenever its connection is lost.
   *
   * @param name - Its name; without one, the only device of the contract's type.
   * @throws ContractError if the class is decorated wrongly; KeyError if the app's keys cannot be used.
   */
  client<T extends object>(contract: Constructor<T>, name?: string): Remote<T> {
    const ofContract = this.remotes.get(contract) ?? new Map<string | undefined, object>();
    this.remotes.set(contract, ofContract);
    const remote = ofContract.get(name) ?? this.connect(contract, name);
    ofContract.set(name, remote);
    return remote as Remote<T>;
  }

  /** Closes every connection. Idempotent. */
  async close(): Promise<void> {
    const remotes = [...this.remotes.values()].flatMap((ofContract) => [...ofContract.values()]);
    this.remotes.clear();
    await Promise.all(remotes.map((remote) => clientOf(remote).close()));
  }

  private connect<T extends object>(contract: Constructor<T>, name: string | undefined): Remote<T> {
    const { type } = contractOf(contract);
    const query = name === undefined ? { type } : { name };
    const { rigSecurity, ...options } = this.options;
    const keys = rigSecurity === undefined ? {} : { security: securityTowards(rigSecurity, name ?? type) };
    return connect(contract, deviceSearch(this.directory, query), {
      ...keys,
      ...options,
      name: name ?? type,
    });
  }
}
