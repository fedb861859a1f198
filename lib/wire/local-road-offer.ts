/** Where a client of the same computer may connect instead, and what it is let in by: the reply to `LOCAL_ROAD`. */
export interface LocalRoadOffer {
  /** The path of a Unix socket, or the name of a pipe on Windows. */
  readonly path: string;
  /** Lets in who shows it: once, and for a few seconds. A secret. */
  readonly ticket: string;
  /** What the server answers to the ticket: nobody else who may listen there knows it. A secret. */
  readonly proof: string;
}

/** Reads the reply; nothing where it is no offer. */
export function decodeLocalRoadOffer(reply: Readonly<Record<string, unknown>>): LocalRoadOffer | undefined {
  const { path, ticket, proof } = reply;
  if (typeof path !== "string" || typeof ticket !== "string" || typeof proof !== "string") return undefined;
  // Whoever gives nothing away could not be told from another.
  return path === "" || ticket === "" || proof === "" ? undefined : { path, ticket, proof };
}
