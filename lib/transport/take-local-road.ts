import { onAbort } from "../time/abort-listeners";
import { withDeadline } from "../time/with-deadline";
import { type LocalRoadOffer } from "../wire/local-road-offer";
import { type ConnectionOptions } from "./connection";
import { type Exchange } from "./exchange";
import { localRoad } from "./local-road";
import { MovingLine } from "./moving-line";

/** How long the way to the local road may take, in milliseconds: nobody shall wait for what is only quicker. */
const MOVE_MS = 1_000;

const line = new MovingLine();

/**
 * Goes over to the local road where the server is on this computer and offers it, before anything is asked of it or
 * subscribed. Where that fails, for whatever reason, everything stays as it is.
 *
 * @param askOffer - Asks the server; nothing where it offers none.
 * @param signal - Ends the attempt.
 */
export async function takeLocalRoad(
  exchange: Exchange,
  askOffer: () => Promise<LocalRoadOffer | undefined>,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<void> {
  const road = localRoad();
  if (road === undefined || options.local === false || !exchange.isLocal) return;
  if (!(await line.enter(signal))) return;
  const attempt = new AbortController();
  const giveUp = () => attempt.abort(new Error("the local road was given up"));
  const stopListening = onAbort(signal, giveUp);
  const moved = async () => {
    const offer = await askOffer();
    if (offer === undefined || attempt.signal.aborted) return;
    await exchange.move(
      (receiver) => road.client().connect(exchange.url, offer, receiver, options, attempt.signal),
      attempt.signal,
    );
  };
  try {
    await withDeadline(moved(), MOVE_MS, () => {
      giveUp();
      line.disperse();
    });
  } catch {
    // A container, another user, another computer at the end of a tunnel: the road that it came by is as good.
  } finally {
    stopListening();
    line.leave();
  }
}
