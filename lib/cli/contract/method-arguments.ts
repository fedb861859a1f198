import { type MethodContract } from "../../contract/service-contract";
import { type OpenedDevice } from "../lookup/opened-device";
import { parseValue } from "./arguments";
import { chosenValue } from "./choices";
import { parameterAt } from "./described-member";

/** The arguments of a method as they were written, by place. */
export function methodArguments(
  device: OpenedDevice,
  { wireName }: MethodContract,
  args: readonly string[],
): readonly unknown[] {
  return args.map((text, place) => {
    const parameter = parameterAt(device, wireName, place);
    const value = parseValue(text, parameter?.type, `argument ${place + 1}`);
    const name = parameter?.name ?? `argument ${place + 1}`;
    return chosenValue(parameter?.schema, text, value, `${device.name}.${wireName}: ${name}`);
  });
}
