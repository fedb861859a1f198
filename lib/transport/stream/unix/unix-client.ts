import { type ClientTransport } from "../../connection";
import { StreamConnection } from "../stream-connection";
import { connectSocket } from "./connect-socket";
import { SocketCarrier } from "./socket-carrier";
import { socketPath } from "./socket-path";

/** The client's side of Unix sockets. */
export const unixClient: ClientTransport = {
  async connect(url, _protocol, receiver, { maxMessageBytes }, signal) {
    const socket = await connectSocket(socketPath(url), signal);
    // The system tells when the other end is gone: nothing is asked of a silent one.
    return StreamConnection.open(
      url,
      (carrierReceiver) => new SocketCarrier(socket, carrierReceiver),
      receiver,
      { maxMessageBytes },
      signal,
    );
  },
};
