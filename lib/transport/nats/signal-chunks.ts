import { MalformedMessageError } from "../../errors";
import { FrameDecoder } from "../stream/frame-decoder";
import { KIND } from "../stream/frame-layout";
import { readLineMessage, LINE_HEAD_BYTES } from "./line-layout";
import { writeId } from "../stream/frame-layout";

/*
 * A signal is a frame of the stream transport in messages of the broker: each has its kind (1 byte) and a number (6) that
 * counts the messages of the signal's subject.
 */

/** A frame begins with it. */
const FIRST = 1;
/** It goes on. */
const FURTHER = 2;

/** The text and what lies behind it. */
const PARTS_AT_FULL_LENGTH = 3;

/**
 * The messages of one signal.
 *
 * @param maxPayload - Of the broker, in bytes.
 * @param number - Of the first one.
 */
export function signalMessages(frame: Uint8Array, maxPayload: number, number: number): readonly Uint8Array[] {
  const room = maxPayload - LINE_HEAD_BYTES;
  return Array.from({ length: Math.ceil(frame.length / room) }, (_, index) => {
    const piece = frame.subarray(index * room, (index + 1) * room);
    const message = new Uint8Array(LINE_HEAD_BYTES + piece.length);
    message[0] = index === 0 ? FIRST : FURTHER;
    writeId(message, 1, number + index);
    message.set(piece, LINE_HEAD_BYTES);
    return message;
  });
}

/** Puts the messages of one signal's subject together. What has not come whole is left out: the signals' numbers tell. */
export class SignalAssembler {
  private decoder: FrameDecoder | undefined;
  private lastNumber = -1;

  /**
   * @param maxPartBytes - The longest text or bytes that are taken.
   * @param onSignal - Gets the parts: the signal's name, its text, and the bytes behind it.
   */
  constructor(
    private readonly maxPartBytes: number,
    private readonly onSignal: (parts: readonly Uint8Array[]) => void,
  ) {}

  receive(data: Uint8Array): void {
    const message = readLineMessage(data);
    if (message === undefined) return;
    const { kind, number, bytes } = message;
    const isNext = number === this.lastNumber + 1;
    this.lastNumber = number;
    if (kind === FIRST) this.decoder = this.newDecoder();
    else if (kind !== FURTHER || !isNext) this.decoder = undefined;
    try {
      this.decoder?.push(bytes);
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      this.decoder = undefined;
    }
  }

  private newDecoder(): FrameDecoder {
    return new FrameDecoder(this.maxPartBytes, PARTS_AT_FULL_LENGTH, (kind, _id, parts) => {
      if (kind === KIND.signal) this.onSignal(parts);
    });
  }
}
