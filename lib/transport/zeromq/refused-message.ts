import { type ConnectionOptions } from "../connection";

/**
 * Why this side hung up. ZeroMQ does not tell which of the two it was; a peer that speaks ZeroMQ breaks its protocol
 * rarely.
 *
 * @param what - What was expected to come.
 */
export function refusedMessage(
  what: "reply" | "signal",
  { maxMessageBytes }: Pick<ConnectionOptions, "maxMessageBytes">,
): string {
  return (
    `a ${what} has more than the ${maxMessageBytes} bytes that this client takes, or is broken: raise the client's ` +
    "maxMessageBytes"
  );
}
