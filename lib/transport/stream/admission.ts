import { type ClientIdentity } from "../endpoint";
import { type ClientHello, type Refusal } from "./hello";

/** Whether a client is let in. */
export type Admission =
  | {
      readonly isAdmitted: true;
      readonly key: string | undefined;
      /** Who it is, where it came here from another connection. */
      readonly client?: ClientIdentity;
      /** What shows to the client that this is the server it looks for. */
      readonly proof?: string;
    }
  | { readonly isAdmitted: false; readonly refusal: Refusal };

/** Decides who comes in, by what a client says first. */
export interface Doorkeeper {
  admit(hello: ClientHello, address: string | undefined): Promise<Admission>;
}

/** Lets everybody in who could connect. */
export const openDoor: Doorkeeper = {
  admit: () => Promise.resolve({ isAdmitted: true, key: undefined }),
};
