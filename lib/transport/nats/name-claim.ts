import { randomBytes } from "node:crypto";
import { type BrokerConnection, type BrokerMessage } from "../../nats/broker-connection";
import { deferred } from "../../time/deferred";
import { pause } from "../../time/pause";
import { withDeadline } from "../../time/with-deadline";
import { ANY, type DeviceSubjects, lastTokens } from "./subjects";

/** Whoever has the name answers within this time, or is dead without the broker's knowing, in milliseconds. */
const ANSWER_MS = 1_000;

/** Two that want the name at the same moment hear of each other within this time, in milliseconds. */
const SETTLE_MS = 50;

const ID_BYTES = 16;
const NONE = "none";

/** What a claim and an answer to it carry: nothing but their subjects. */
const NOTHING = new Uint8Array(0);
/** An answer is told from the broker's word that nobody answers. */
const TAKEN = new Uint8Array([1]);

/**
 * A device's hold on its name at a broker. Whoever wants a name asks for it, and who has it answers. Of two that ask at
 * the same moment the one with the lower instance gets it.
 */
export class NameClaim {
  /** Tells this run of the device from every other of the same name. */
  readonly instance = randomBytes(ID_BYTES).toString("base64url");
  private isSettled = false;
  private isHeld = false;
  private answer = deferred<"free" | "taken">();
  private readonly endings: (() => void)[];

  /** @param onTaken - Another one has the name, as turned out later. Called once. */
  constructor(
    private readonly broker: BrokerConnection,
    private readonly subjects: DeviceSubjects,
    private readonly onTaken: () => void,
  ) {
    this.endings = [
      broker.subscribe(subjects.up("claimed", this.instance, ANY), (message) => this.answered(message)),
    ];
  }

  /** @returns Whether the name is this device's now. */
  async take(): Promise<boolean> {
    this.ask();
    if ((await withDeadline(this.answer.promise, ANSWER_MS, () => "free")) === "taken") return false;
    this.isHeld = true;
    this.endings.push(this.broker.subscribe(this.subjects.claim(ANY), (message) => this.heardClaim(message)));
    await this.confirm();
    return this.isHeld;
  }

  /** Asks once more: after a time without the broker another one may have it. */
  async confirm(): Promise<void> {
    this.isSettled = false;
    this.ask();
    await pause(SETTLE_MS);
    this.isSettled = true;
  }

  /** Lets go of the name. Idempotent. */
  release(): void {
    this.isHeld = false;
    for (const end of this.endings.splice(0)) end();
  }

  private ask(): void {
    this.broker.publish(
      this.subjects.claim(this.instance),
      NOTHING,
      this.subjects.up("claimed", this.instance, NONE),
    );
  }

  private answered({ data, isNoResponders }: BrokerMessage): void {
    if (isNoResponders || data.length === 0) {
      this.answer.resolve("free");
      return;
    }
    this.answer.resolve("taken");
    if (!this.isHeld) return;
    this.release();
    this.onTaken();
  }

  private heardClaim({ subject }: BrokerMessage): void {
    const [, , instance] = lastTokens(subject);
    if (!this.isHeld || instance === this.instance) return;
    if (this.isSettled || this.instance < instance) {
      this.broker.publish(this.subjects.up("claimed", instance, this.instance), TAKEN);
    }
  }
}
