import { ValidationError } from "../errors";
import { type Logger } from "../log/logger";
import { type EventSelection } from "./experiment-event";
import { type RigAddress } from "./rig-address";

/** How long the echo of a message is waited for (iblutil io.net). */
export const DEFAULT_ECHO_TIMEOUT_MS = 1_000;

/** How a communicator behaves. */
export interface CommunicatorOptions {
  /** How it is called. Default: the URI it was given. */
  readonly name?: string;
  /** Milliseconds to wait for the echo of a message. Default 1000. */
  readonly echoTimeoutMs?: number;
  /**
   * Closes the communicator when a message is not confirmed in time, as the originals do. Default false: a lost
   * datagram must not keep the next one, which may be a stop, from being sent.
   */
  readonly closeOnTimeout?: boolean;
  /** Milliseconds a client waits for its TCP connection. Default 5000. */
  readonly connectTimeoutMs?: number;
  /**
   * Least milliseconds between a TCP message and what was sent before it. The originals take what one read gives them
   * for one message, so a message that follows at once would break them. Default 10; 0 where no peer is an original.
   */
  readonly messageGapMs?: number;
  /** Default: JSON lines on stderr, warnings and errors only. */
  readonly logger?: Logger;
}

/** How one message is sent. */
export interface SendOptions {
  /** To whom: needed in the server role, where it is the `sender` of a message that came. */
  readonly to?: RigAddress;
  /** Milliseconds to wait for the echo. Default: the communicator's `echoTimeoutMs`. */
  readonly timeoutMs?: number;
}

/** How an experiment is stopped. */
export interface StopOptions extends SendOptions {
  /** Sends EXPINTERRUPT in place of EXPEND: what is under way must not be waited for. Default false. */
  readonly immediately?: boolean;
}

/** How a message is sent that is to be answered. */
export interface RequestOptions extends SendOptions {
  /** Milliseconds to wait for the answer. Default 10 000. */
  readonly answerTimeoutMs?: number;
  /** The events that count as an answer. Default: the event of the message. */
  readonly answers?: EventSelection;
}

/** Which message is waited for. */
export interface EventOptions {
  /** Milliseconds to wait. Default: for ever. */
  readonly timeoutMs?: number;
  /** From whom. Default: anyone. */
  readonly from?: RigAddress;
}

/** @throws ValidationError for what is no timeout. */
export function positive(timeoutMs: number): number {
  if (timeoutMs > 0 && Number.isFinite(timeoutMs)) return timeoutMs;
  throw new ValidationError(`a timeout is a positive number of milliseconds, not ${timeoutMs}`);
}
