import { durationText, clockText } from "../model/value-text";
import { type LoggedEvent } from "../model/event-log";
import { useConsole } from "./rig-context";
import { deviceLink } from "./route";
import { useLive } from "./use-live";

/** What happened while the page was open, newest first. */
export function EventLogView() {
  const { rig } = useConsole();
  const events = useLive(rig.log.events$);
  return (
    <section class="log card" aria-label="Log">
      <div class="property-line">
        <h2>Log</h2>
        <span class="hint">calls made here, missed signals, lost connections</span>
        <button type="button" class="quiet" onClick={() => rig.log.clear()}>
          Clear
        </button>
      </div>
      {events.length === 0 ? (
        <p class="empty">Nothing happened yet.</p>
      ) : (
        <div class="rows tall" tabIndex={0} role="region" aria-label="What happened">
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Device</th>
                <th scope="col">What</th>
                <th scope="col">Outcome</th>
                <th scope="col">Took</th>
              </tr>
            </thead>
            <tbody>
              {events.map((event) => (
                <Row key={event.id} event={event} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({
  event: { time, device, kind, member, outcome, text, durationMs },
}: {
  readonly event: LoggedEvent;
}) {
  return (
    <tr class={`event is-${outcome ?? kind}`}>
      <td class="time">{clockText(time)}</td>
      <td>
        <a href={deviceLink(device)}>{device}</a>
      </td>
      <td>{kind === "missed" ? `${member ?? ""}: ${text}` : text}</td>
      <td>{outcome ?? KINDS[kind]}</td>
      <td class="time">{durationMs !== undefined && durationText(durationMs)}</td>
    </tr>
  );
}

const KINDS: Readonly<Record<LoggedEvent["kind"], string>> = {
  call: "call",
  set: "set",
  missed: "signals missed",
  lost: "connection lost",
  back: "connected",
};
