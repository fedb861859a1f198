import { type DeviceQuery } from "../discovery/device-directory";
import { type Frame } from "../wire/frame";
import { type RegisteredDevices } from "./registered-devices";
import { encodeDeviceList } from "./registry-reply";

/** Longer lists are kept as bytes, which all who ask for them share. */
const SHARED_LENGTH = 16 * 1024;

/** Lists of devices as they are sent. Those that many may ask for are made once for each change. */
export class DeviceLists {
  private readonly kept = new Map<string | undefined, Frame>();
  private keptSeq = 0;

  constructor(private readonly registered: RegisteredDevices) {}

  /** @param seq - Counts the changes: it is another where the devices are others. */
  of(query: DeviceQuery, seq: number): Frame {
    // One device at most.
    if (query.name !== undefined) return encodeDeviceList(this.registered.textsOf(query), seq);
    if (seq !== this.keptSeq) this.kept.clear();
    this.keptSeq = seq;
    const known = this.kept.get(query.type);
    if (known !== undefined) return known;
    const texts = this.registered.textsOf(query);
    const list = encodeDeviceList(texts, seq);
    const frame = list.length > SHARED_LENGTH ? Buffer.from(list) : list;
    // Types that nobody has are without number.
    if (texts.length > 0) this.kept.set(query.type, frame);
    return frame;
  }
}
