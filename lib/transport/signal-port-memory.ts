/** Where a server published its signals when it was last asked, for the connections that a channel makes after it. */
export class SignalPortMemory {
  private last: { readonly url: string; readonly port: number } | undefined;

  /** @param url - Where it takes requests. */
  at(url: string): number | undefined {
    return this.last?.url === url ? this.last.port : undefined;
  }

  learned(url: string, port: number): void {
    this.last = { url, port };
  }
}
