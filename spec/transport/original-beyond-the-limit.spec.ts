import { clientOf, connect, ConnectionLostError, JsonMethod, remote, RpcService } from "rigwire";
import { closing } from "../support/closing";
import { OriginalLookalike } from "../support/original-lookalike";

const LIMIT = 10_000;

@RpcService({ type: "archive" })
class Archive {
  @JsonMethod() short(): string {
    return remote();
  }

  @JsonMethod() long(): string {
    return remote();
  }
}

describe("an original whose reply has more bytes than the client takes", () => {
  it("ends the call with the limit and the cure, and goes on with the next", async () => {
    const { url } = await OriginalLookalike.open({ methods: { short: "x", long: "x".repeat(LIMIT) } });
    const archive = connect(Archive, url, { name: "archive-1", maxMessageBytes: LIMIT });
    closing(clientOf(archive));

    const error: unknown = await archive.long().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(String(error)).toContain(
      "a reply has more than the 10000 bytes that this client takes, or is broken: raise the client's maxMessageBytes",
    );
    expect(await archive.short()).toBe("x");
  });
});
