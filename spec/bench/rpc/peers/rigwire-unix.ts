import { freeSocketPath } from "./free-socket-path";
import { rigwireAt } from "./rigwire";

export const peer = rigwireAt(() => `unix://${freeSocketPath()}`);
