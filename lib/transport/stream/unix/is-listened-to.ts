import { createConnection } from "node:net";
import { hasCode } from "../../../system-error";

/** Whether a process listens at the path of a Unix socket; false for the file of one that is gone. */
export function isListenedTo(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection({ path });
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    // Whoever cannot be asked may live.
    connection.once("error", (error) => resolve(!hasCode(error, "ECONNREFUSED")));
  });
}
