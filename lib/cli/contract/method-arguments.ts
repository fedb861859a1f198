import { type MethodContract } from "../../contract/service-contract";
import { type OpenedDevice } from "../lookup/opened-device";
import { parseValue } from "./arguments";
import { argumentType } from "./described-member";

/** The arguments of a method as they were written, by place. */
export function methodArguments(
  device: OpenedDevice,
  { wireName }: MethodContract,
  args: readonly string[],
): readonly unknown[] {
  return args.map((text, place) =>
    parseValue(text, argumentType(device, wireName, place), `argument ${place + 1}`),
  );
}
