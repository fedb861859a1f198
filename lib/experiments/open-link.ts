import { type RigAddress } from "./rig-address";
import { type RigLink } from "./rig-link";
import { type RigScheme } from "./rig-uri";
import { openTcpClient, openTcpServer } from "./tcp-link";
import { openUdpClient, openUdpServer } from "./udp-link";

/** A server listens and talks to many, a client talks to one. */
export type RigRole = "server" | "client";

const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;

/** Enough for a Python peer to read one message before the next arrives. */
const DEFAULT_MESSAGE_GAP_MS = 10;

/** Opens the link that a scheme stands for: UDP, or TCP under each of its names. */
export async function openRigLink(
  scheme: RigScheme,
  role: RigRole,
  address: RigAddress,
  {
    connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS,
    messageGapMs = DEFAULT_MESSAGE_GAP_MS,
  }: { readonly connectTimeoutMs?: number; readonly messageGapMs?: number },
): Promise<RigLink> {
  const options = { connectTimeoutMs, messageGapMs };
  switch (scheme) {
    case "udp":
      return role === "server" ? openUdpServer(address) : openUdpClient(address);
    case "tcp":
    case "ws":
    case "wss":
      return role === "server" ? openTcpServer(address, options) : openTcpClient(address, options);
  }
}
