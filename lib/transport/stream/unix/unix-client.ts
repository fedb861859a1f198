import { type ClientTransport } from "../../connection";
import { StreamConnection } from "../stream-connection";
import { connectSocket } from "./connect-socket";
import { DirectReading } from "./direct-reading";
import { SocketCarrier } from "./socket-carrier";
import { socketPath } from "./socket-path";

/** The client's side of Unix sockets. */
export const unixClient: ClientTransport = {
  async connect(url, _protocol, receiver, { maxMessageBytes }, signal) {
    const reading = new DirectReading();
    const socket = await connectSocket(socketPath(url), signal, reading.onread);
    // The system tells when the other end is gone: nothing is asked of a silent one.
    return StreamConnection.open(
      url,
      (carrierReceiver) => new SocketCarrier(socket, carrierReceiver, reading),
      receiver,
      { maxMessageBytes },
      signal,
    );
  },
};
