import { type Device } from "../model/device";
import { valueText } from "../model/value-text";
import { pictureDrawn } from "./drawn-pictures";
import { PictureView } from "./PictureView";
import { useNewest } from "./use-live";

interface ReturnedPictureProps {
  readonly device: Device;
  readonly member: string;
}

/** The newest bytes that a method returned, and what it said of them. */
export function ReturnedPicture({ device, member }: ReturnedPictureProps) {
  const returned = useNewest(device.calls.picture(member));
  if (returned === undefined) return null;
  const { bytes, info, callId } = returned;
  return (
    <div class="returned">
      <PictureView name={member} bytes={bytes} onDrawn={() => pictureDrawn(device, member, callId)} />
      {info !== undefined && <p class="hint info">{valueText(info)}</p>}
    </div>
  );
}
