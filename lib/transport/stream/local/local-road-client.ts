import { DEFAULT_HEARTBEAT_MS } from "../../heartbeat";
import { type LocalRoadClient } from "../../local-road";
import { StreamConnection } from "../stream-connection";
import { connectSocket } from "../unix/connect-socket";
import { DirectReading } from "../unix/direct-reading";
import { SocketCarrier } from "../unix/socket-carrier";
import { isRoadPlace } from "./road-place";

/** The client's side of the local road. */
export const localRoadClient: LocalRoadClient = {
  async connect(
    url,
    { path, ticket, proof },
    receiver,
    { maxMessageBytes, heartbeatMs = DEFAULT_HEARTBEAT_MS },
    signal,
  ) {
    signal.throwIfAborted();
    // A server must not be able to send its clients to whatever sockets of this user it likes.
    if (!isRoadPlace(path)) throw new Error("no local road is there");
    const reading = new DirectReading();
    const socket = await connectSocket(path, signal, reading.onread);
    return StreamConnection.open(
      url,
      (carrierReceiver) => new SocketCarrier(socket, carrierReceiver, reading),
      receiver,
      { maxMessageBytes, heartbeatMs, localRoad: { ticket, proof } },
      signal,
    );
  },
};
