import { type DecoratedMember, memberName } from "../lib/contract/decorated-member";
import { addExperiment } from "../lib/contract/experiment-methods";
import { type ExperimentMethodOptions, recordsOf } from "../lib/contract/records";

/**
 * Lets a method take part in experiments (iblutil io.net). It is called with the `ReceivedMessage`; what it returns
 * is the answer to the main rig, and what it throws is the error that the main rig gets. The class takes part where an
 * app serves it with a `RigParticipantModule`.
 *
 * @param events - Codes of `ExperimentEvent`, combined by bitwise or.
 * @param options.concurrent - Runs at once instead of in its turn with the device's other methods. Default: true for
 *   EXPINTERRUPT, EXPSTATUS and EXPINFO, false for the others.
 */
export function OnExperiment(
  events: number,
  options: ExperimentMethodOptions = {},
): ExperimentMethodDecorator {
  return (target: unknown, member: DecoratedMember) => {
    addExperiment(recordsOf(target, member), memberName(member), { events, ...options });
  };
}

/** Stands on methods that take one object, or nothing. */
export interface ExperimentMethodDecorator {
  /** @typeParam M - The method that it stands on. */
  <M extends MessageMethod["receive"]>(
    prototype: object,
    member: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void;
  (method: MessageMethod["receive"], context: ClassMethodDecoratorContext): void;
}

/** A method and no function type: so the parameter may be any class of objects. */
interface MessageMethod {
  receive(message: object): unknown;
}
