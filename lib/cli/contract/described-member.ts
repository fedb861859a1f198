import { type MemberDescription } from "../../wire/inventory";
import { type OpenedDevice } from "../lookup/opened-device";

/** What the device tells of a member beyond its name; an original tells nothing. */
export function describedMember(
  { inventory }: OpenedDevice,
  wireName: string,
): MemberDescription | undefined {
  return inventory.rigwire?.members.get(wireName);
}

/** The type of a method's argument at a place, where the device tells it. */
export function argumentType(device: OpenedDevice, method: string, place: number): string | undefined {
  return describedMember(device, method)?.parameters?.[place]?.type;
}

/** The type of a method's argument of that name, where the device tells it. */
export function keywordType(device: OpenedDevice, method: string, name: string): string | undefined {
  return describedMember(device, method)?.parameters?.find((parameter) => parameter.name === name)?.type;
}
