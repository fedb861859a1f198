import { type ServiceContract } from "../../contract/service-contract";
import { type Inventory } from "../../wire/inventory";

/** A contract as a device, a class file or a saved inventory tells it. */
export interface ToldContract {
  /** What people call the device, or the service type where there is no device. */
  readonly name: string;
  readonly contract: ServiceContract;
  readonly inventory: Inventory;
  /** Where a device was asked; nothing where none was. */
  readonly url?: string;
}
