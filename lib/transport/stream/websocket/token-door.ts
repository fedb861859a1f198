import { BurstLog } from "../../../log/burst-log";
import { type Logger } from "../../../log/logger";
import { TokenFile } from "../../../security/token-file";
import { type Admission, type Doorkeeper } from "../admission";
import { type ClientHello } from "../hello";

/** Lets in who has a token of a file. */
export class TokenDoor implements Doorkeeper {
  private readonly tokens: TokenFile;
  private readonly log: BurstLog;

  /** @throws KeyError if the file cannot be used. */
  constructor(path: string, log: Logger) {
    this.tokens = new TokenFile(path, log);
    this.log = new BurstLog(log);
  }

  async admit({ token }: ClientHello, address: string | undefined): Promise<Admission> {
    if (token === undefined) return { isAdmitted: false, refusal: "no-token" };
    const key = await this.tokens.nameOf(token);
    if (key !== undefined) return { isAdmitted: true, key };
    this.log.warn({ address }, "a client was refused: its token is not known");
    return { isAdmitted: false, refusal: "unknown-token" };
  }
}
