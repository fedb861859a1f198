import { Request } from "zeromq";
import { closing } from "../support/closing";

const REPLY_DEADLINE_MS = 5_000;

export interface RawReply {
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A REQ socket, as the clients of an original registry have: one request, one reply, no envelope of its own. */
export class RawRequest {
  private readonly socket = new Request({ linger: 0, receiveTimeout: REPLY_DEADLINE_MS });

  private constructor(url: string) {
    this.socket.connect(url);
  }

  /** It is closed when the test ends. */
  static connect(url: string): RawRequest {
    return closing(new RawRequest(url));
  }

  /** Sends frames as they are; gives the reply's text. */
  async send(...frames: readonly (string | Uint8Array)[]): Promise<string> {
    await this.socket.send([...frames] as (string | Buffer)[]);
    return (await this.socket.receive()).map((frame) => frame.toString()).join("|");
  }

  /** Sends an event; gives the reply as an object. */
  async ask(event: string, payload?: unknown): Promise<RawReply> {
    return JSON.parse(await this.send(JSON.stringify({ event, payload }))) as RawReply;
  }

  close(): void {
    this.socket.close();
  }
}
