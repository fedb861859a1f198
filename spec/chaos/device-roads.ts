import { join } from "node:path";
import { freePort } from "../support/free-port";
import { TcpProxy } from "../support/tcp-proxy";

/** The roads to a device for which a client needs its address. */
const SERVED = ["ipc", "unix", "ws"] as const;

type ServedRoad = (typeof SERVED)[number];

/** The local road is taken from another, by whom nothing stands in between. */
export const ROADS = [...SERVED, "local"] as const;

export type Road = (typeof ROADS)[number];

/** ZeroMQ's signals come from a socket of their own, whose path ends so. */
const SIGNALS = ".signals";

/** Where a device serves besides its address in the registry, and the wires that lead there. */
export class DeviceRoads {
  private constructor(
    /** Where the device serves. */
    readonly served: Readonly<Record<ServedRoad, string>>,
    /** Where its clients connect. */
    readonly addresses: Readonly<Record<ServedRoad, string> & Partial<Record<Road, string>>>,
    readonly webSocketPort: number,
    /** Those that can be silent or slow: nobody looks for a heartbeat on a Unix socket, since the system tells its end. */
    readonly wires: readonly TcpProxy[],
    /** Those that can be cut. */
    readonly cuttable: readonly TcpProxy[],
  ) {}

  /**
   * @param folder - For the sockets.
   * @param isWired - Whether something stands between the device and its clients that can be cut.
   */
  static async open(folder: string, device: string, isWired: boolean): Promise<DeviceRoads> {
    const pathOf = (end: string) => join(folder, `${device}.${end}`);
    const port = await freePort();
    const served = {
      ipc: `ipc://${pathOf("ipc")}`,
      unix: `unix://${pathOf("unix")}`,
      ws: `ws://127.0.0.1:${port}`,
    };
    if (!isWired) return new DeviceRoads(served, { ...served, local: served.ipc }, port, [], []);
    const wire = (path: string) => TcpProxy.open({ path: pathOf(path) }, pathOf(`wire-${path}`));
    const webSocket = await TcpProxy.open({ host: "127.0.0.1", port });
    const wires = [await wire("ipc"), await wire(`ipc${SIGNALS}`), webSocket];
    const addresses = {
      ipc: `ipc://${pathOf("wire-ipc")}`,
      unix: `unix://${pathOf("wire-unix")}`,
      ws: `ws://127.0.0.1:${webSocket.port}`,
    };
    return new DeviceRoads(served, addresses, port, wires, [...wires, await wire("unix")]);
  }

  async close(): Promise<void> {
    for (const wire of this.cuttable) await wire.close();
  }
}
