import { rigwireAt } from "./rigwire";

export const peer = rigwireAt(() => "tcp://127.0.0.1", { local: false });
