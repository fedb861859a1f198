import { setTimeout as delay } from "node:timers/promises";
import { registerDecorator } from "class-validator";

/** A rule that everything keeps, and that takes its time to find out, in milliseconds. */
export function IsFree(takesMs: number): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: "isFree",
      target: target.constructor,
      propertyName: String(property),
      async: true,
      validator: { validate: () => delay(takesMs, true) },
    });
  };
}

/** A command that is checked by asking around. */
export class CheckedCommand {
  @IsFree(20) id!: string;

  static of(id: string): CheckedCommand {
    return Object.assign(new CheckedCommand(), { id });
  }
}
