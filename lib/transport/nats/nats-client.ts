import { natsSettings } from "../../nats/nats-settings";
import { formatNatsUrl, parseNatsDeviceUrl } from "../../nats/nats-url";
import { shareBroker } from "../../nats/shared-broker";
import { unlessAborted } from "../../time/unless-aborted";
import { type ClientTransport, NobodyServesError } from "../connection";
import { DEFAULT_HEARTBEAT_MS } from "../heartbeat";
import { StreamConnection } from "../stream/stream-connection";
import { DeviceLine } from "./device-line";
import { NatsConnection } from "./nats-connection";
import { deviceSubjects } from "./subjects";

/** The client's side of NATS. */
export const natsClient: ClientTransport = {
  async connect(url, _protocol, receiver, options, signal) {
    const { maxMessageBytes, heartbeatMs = DEFAULT_HEARTBEAT_MS, nats } = options;
    const parsed = parseNatsDeviceUrl(url);
    const sharing = shareBroker(natsSettings(parsed, nats));
    const share = await unlessAborted(signal, sharing).catch((error: unknown) => {
      void sharing.then((late) => late.release()).catch(() => undefined);
      throw error;
    });
    const { problem } = share.connection;
    if (problem !== undefined) {
      await share.release();
      throw new Error(problem);
    }
    const line = new DeviceLine(share, deviceSubjects(parsed.site, parsed.name));
    try {
      const stream = await StreamConnection.open(
        formatNatsUrl(parsed),
        (carrierReceiver) => line.open(carrierReceiver),
        receiver,
        { maxMessageBytes, heartbeatMs },
        signal,
      );
      return new NatsConnection(stream, line, receiver, maxMessageBytes);
    } catch (error) {
      if (line.isUnheard) throw new NobodyServesError("no device serves it", { cause: error });
      throw error;
    }
  },
};
