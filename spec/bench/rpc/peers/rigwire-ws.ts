import { rigwireAt } from "./rigwire";

export const peer = rigwireAt(() => "ws://127.0.0.1");
