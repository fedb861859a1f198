import { useMemo } from "preact/hooks";
import { type Observable } from "rxjs";
import { controlOf } from "../controls/control";
import { PinButton } from "../dashboard/PinButton";
import { type DescribedDevice, type DescribedSignal } from "../model/described-device";
import { type Device } from "../model/device";
import { clockText } from "../model/value-text";
import { RecordingView, TEXT_EVERY_MS } from "../plot/RecordingView";
import { useRecording } from "../plot/use-recording";
import { useLive } from "./use-live";

interface SignalCardProps {
  readonly device: Device;
  readonly signal: DescribedSignal;
  readonly described: DescribedDevice;
}

/** A signal that is no property's: what it tells while one looks. */
export function SignalCard({ device, signal, described }: SignalCardProps) {
  const { member, description } = signal;
  const source = useMemo(
    () => Reflect.get(described.remote, member) as Observable<unknown>,
    [described, member],
  );
  const recording = useRecording(source);
  const count = useLive(recording.count$, TEXT_EVERY_MS);
  const presence = useLive(device.presence$);
  const { unit, precision } = controlOf(signal.schemas[0] ?? {}, described.definitions);
  const isStale = presence.kind !== "present";
  return (
    <section
      class={`card signal${isStale ? " is-stale" : ""}`}
      aria-label={`Signal ${member}`}
      data-member={member}
    >
      <div class="property-line">
        <div class="member-name">
          <h3>{member}</h3>
          {description !== undefined && <p class="description">{description}</p>}
        </div>
        <span class="hint">
          {count.toLocaleString("en")} {count === 1 ? "signal" : "signals"}
          {isStale && `, lost since ${clockText(presence.since)}`}
        </span>
        <PinButton pin={{ device: device.name, member, kind: "plot" }} />
      </div>
      <RecordingView name={member} recording={recording} unit={unit} precision={precision} />
    </section>
  );
}
