/** What clients have announced and not sent whole, in messages of the largest size. */
const MAX_UNFINISHED_MESSAGES = 4;

/** The memory that is taken for messages of all clients of an endpoint that have not come whole. */
export class UnfinishedMessages<Client extends { destroy(reason: string): void }> {
  private readonly held = new Map<Client, number>();
  private bytes = 0;
  private readonly maxBytes: number;

  /** @param maxMessageBytes - Of one message. */
  constructor(maxMessageBytes: number) {
    this.maxBytes = MAX_UNFINISHED_MESSAGES * maxMessageBytes;
  }

  /** A client's part is so many bytes from now on. Beyond the bound the connection ends that holds the most. */
  changed(client: Client, bytes: number): void {
    this.bytes += bytes - (this.held.get(client) ?? 0);
    if (bytes === 0) this.held.delete(client);
    else this.held.set(client, bytes);
    if (this.bytes > this.maxBytes) {
      this.largest()?.destroy("its unfinished message is the largest of more than are taken together");
    }
  }

  private largest(): Client | undefined {
    let largest: Client | undefined;
    for (const [client, bytes] of this.held) {
      if (largest === undefined || bytes > (this.held.get(largest) ?? 0)) largest = client;
    }
    return largest;
  }
}
