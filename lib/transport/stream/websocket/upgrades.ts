import { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { type Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { type Arrival } from "../stream-endpoint";
import { SUBPROTOCOL } from "../websocket-messages";
import { AddressLimits } from "./address-limits";
import { WEBSOCKET_OPTIONS, WebSocketCarrier } from "./websocket-carrier";

/** Somebody who connects by a WebSocket. */
export interface WebArrival extends Arrival {
  /** Ends the connection of who may be here no more, and tells why. */
  expel(reason: string): void;
}

/** Makes WebSockets of the HTTP requests of one server, as many as each address may have. */
export class Upgrades {
  private readonly limits = new AddressLimits();
  private readonly sockets = new WebSocketServer({
    ...WEBSOCKET_OPTIONS,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => SUBPROTOCOL,
  });

  /** Takes a request that may connect; refuses it where its address has too many connections. */
  take(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    onArrival: (arrival: WebArrival) => void,
  ): void {
    const { limits } = this;
    const from = request.socket.remoteAddress ?? "";
    if (!limits.enter(from)) {
      refuse(socket, "503 Service Unavailable");
      return;
    }
    let isGreeting = true;
    const greeted = () => {
      if (isGreeting) limits.greeted(from);
      isGreeting = false;
    };
    // It ends here where it is no WebSocket after all.
    socket.once("close", () => {
      greeted();
      limits.leave(from);
    });
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      let carrier: WebSocketCarrier | undefined;
      onArrival({
        open: (receiver) => (carrier = new WebSocketCarrier(webSocket, receiver)),
        expel: (reason) => carrier?.expel(reason),
        address: from,
        onWelcome: greeted,
      });
    });
  }
}

/** Whether a client asks for the stream protocol. */
export function speaksOurs(headers: IncomingHttpHeaders): boolean {
  const protocols = (headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
  return protocols.includes(SUBPROTOCOL);
}

/** @param status - Says why. */
export function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
