import { type BehaviorSubject } from "rxjs";
import { type DescribedDevice } from "./described-device";

/** What values and calls need to know of their device. */
export interface KnownDevice {
  readonly name: string;
  readonly isPresent: boolean;
  readonly described$: BehaviorSubject<DescribedDevice | undefined>;
}
