import { DeviceGateway } from "../../lib/gateway/device-gateway";
import { DeviceList } from "../../lib/discovery/device-list";
import { type GatewayOptions } from "../../lib/gateway/web/gateway-options";
import { contractOf, type RpcServer, serve } from "../../lib/index";
import { RecordingLogger } from "../support/recording-logger";

/** The page and real devices behind a gateway. */
export class ServedConsole {
  private readonly servers = new Map<string, RpcServer>();
  private readonly unlist = new Map<string, () => void>();

  /** Stays when the gateway is another. */
  readonly url: string;

  private constructor(
    private gateway: DeviceGateway,
    private readonly list: DeviceList,
    private readonly options: GatewayOptions,
  ) {
    this.url = `${gateway.url}/`;
  }

  /**
   * @param folder - Where the page was built into.
   * @param options - Of the gateway, which lets everybody in unless they say otherwise.
   */
  static async start(folder: string, options: GatewayOptions = {}): Promise<ServedConsole> {
    const list = new DeviceList();
    const all: GatewayOptions = {
      url: "http://127.0.0.1:0",
      login: "none",
      page: folder,
      logger: new RecordingLogger(),
      ...options,
    };
    return new ServedConsole(await DeviceGateway.open(list, all), list, all);
  }

  /** An address that lets one browser in, once. */
  get loginUrl(): string {
    return this.gateway.loginUrl();
  }

  /** Ends the gateway. */
  stop(): Promise<void> {
    return this.gateway.close();
  }

  /** Starts a gateway where the last one was; it knows nothing of that one's sessions. */
  async startAnew(): Promise<void> {
    await this.stop();
    this.gateway = await DeviceGateway.open(this.list, { ...this.options, url: new URL(this.url).origin });
  }

  /** Serves a device, and lists it. */
  async serve(name: string, device: object): Promise<RpcServer> {
    const options = { url: "tcp://127.0.0.1", name, logger: new RecordingLogger(), closeGraceMs: 100 };
    const server = await serve(device, options);
    this.servers.set(name, server);
    // One that is back has another port, and takes the place of the record before.
    this.unlist.get(name)?.();
    const { type } = contractOf(device.constructor as new () => object);
    this.unlist.set(name, this.list.add({ name, type, url: server.url }));
    return server;
  }

  /** Ends a device as if its process were killed; it stays in the list. */
  async kill(name: string): Promise<void> {
    await this.servers.get(name)?.close();
    this.servers.delete(name);
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await Promise.all([...this.servers.values()].map((server) => server.close()));
  }
}
