import { type MemberDescription, type ParameterDescription } from "../../wire/member-description";
import { type OpenedDevice } from "../lookup/opened-device";

/** What the device tells of a member beyond its name; an original tells nothing. */
export function describedMember(
  { inventory }: Pick<OpenedDevice, "inventory">,
  wireName: string,
): MemberDescription | undefined {
  return inventory.rigwire?.members.get(wireName);
}

/** A method's parameter at a place, where the device tells it; what takes all that are left stands at all further ones. */
export function parameterAt(
  device: OpenedDevice,
  method: string,
  place: number,
): ParameterDescription | undefined {
  const parameters = describedMember(device, method)?.parameters;
  const last = parameters?.at(-1);
  return parameters?.[place] ?? (last?.rest === true ? last : undefined);
}

/** A method's parameter of that name, where the device tells it. */
export function parameterNamed(
  device: OpenedDevice,
  method: string,
  name: string,
): ParameterDescription | undefined {
  return describedMember(device, method)?.parameters?.find((parameter) => parameter.name === name);
}
