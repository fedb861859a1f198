import { type InjectionToken } from "tsyringe";
import type * as Gateways from "../gateway/device-gateway";
import { type GatewayOptions } from "../gateway/web/gateway-options";
import { securityTowards } from "../security/rig-security";
import { DEVICE_DIRECTORY } from "./rig-app";
import { type RigModule } from "./rig-module";
import { rigSecurityOf } from "./rig-security-token";

/** The token under which the gateway of an app is injected: `@inject(DEVICE_GATEWAY)`. */
export const DEVICE_GATEWAY: InjectionToken<Gateways.DeviceGateway> = Symbol("rigwire:DeviceGateway");

/** Offers the devices that an app finds, its own among them, to browsers. */
export const GatewayModule = {
  /**
   * Serves a gateway and the console's page. Whoever shall come in by a browser opens the address that
   * `app.resolve(DEVICE_GATEWAY).loginUrl()` gives, once, or logs in with a password or a token.
   *
   * @param options.url - Where. Default `http://127.0.0.1:8080`.
   * @param options.access - `"read"` refuses calls and sets. Default `"control"`.
   * @throws AddressError and KeyError when the app starts, as `DeviceGateway.open`.
   */
  serve(options: GatewayOptions = {}): RigModule {
    return {
      name: "GatewayModule",
      async start(container) {
        // Most apps have none, and its web server would be loaded with each.
        const { DeviceGateway } = require("../gateway/device-gateway") as typeof Gateways;
        const rig = rigSecurityOf(container);
        const gateway = await DeviceGateway.open(
          container.resolve(DEVICE_DIRECTORY),
          options,
          ({ name, type }) =>
            rig === undefined ? {} : { security: securityTowards(rig, name === "" ? type : name) },
        );
        container.registerInstance(DEVICE_GATEWAY, gateway);
        return { close: () => gateway.close() };
      },
    };
  },
};
