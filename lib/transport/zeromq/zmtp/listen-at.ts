import { type Server } from "node:net";
import { streamAddress } from "./stream-address";

/**
 * Binds a server of streams.
 *
 * @returns The address with the port that was taken.
 * @throws Error with the `code` of the system.
 */
export async function listenAt(server: Server, target: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...streamAddress(target), exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? `tcp://host:${address.port}` : target;
}
