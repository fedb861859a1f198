import { type DescribedDevice } from "../model/described-device";
import { type Device } from "../model/device";
import { type Presence } from "../model/presence";
import { clockText } from "../model/value-text";
import { roundTripText } from "./DeviceList";
import { MethodCard } from "./MethodCard";
import { PropertyRow } from "./PropertyRow";
import { useConsole, useDevice } from "./rig-context";
import { SignalCard } from "./SignalCard";
import { StopButton } from "./StopButton";
import { StreamCard } from "./StreamCard";
import { useLive } from "./use-live";

/** One device: all that it offers, live. */
export function DeviceView({ name }: { readonly name: string }) {
  const device = useDevice(name);
  const described = useLive(device.described$);
  const presence = useLive(device.presence$);
  return (
    <article class={`device is-${presence.kind}`} aria-label={name}>
      <DeviceHeader device={device} described={described} presence={presence} />
      {described === undefined ? (
        <p class="empty">The device has not answered yet.</p>
      ) : (
        <Members device={device} described={described} />
      )}
    </article>
  );
}

interface DeviceHeaderProps {
  readonly device: Device;
  readonly described: DescribedDevice | undefined;
  readonly presence: Presence;
}

function DeviceHeader({ device, described, presence }: DeviceHeaderProps) {
  const { rig } = useConsole();
  const listed = useLive(rig.listed$).find(({ name }) => name === device.name);
  const roundTripMs = useLive(device.roundTripMs$);
  const version = described?.version ?? listed?.version;
  return (
    <header class="device-header">
      <a class="back" href="#/devices" aria-label="All devices">
        ←
      </a>
      <div class="device-title">
        <h2>{device.name}</h2>
        <p class="facts">
          <span>{described?.type ?? listed?.type}</span>
          <span class="address">{listed?.address ?? "not in the list of the console"}</span>
          {listed?.road && <span>{listed.road} road</span>}
          {version && <span>rigwire {version}</span>}
          {roundTripMs !== undefined && <span>{roundTripText(roundTripMs)} from here</span>}
        </p>
      </div>
      <div class="device-alarm" role="status">
        {presence.kind === "lost" && <span class="badge bad">lost since {clockText(presence.since)}</span>}
        {presence.kind === "connecting" && <span class="badge">connecting</span>}
        {presence.kind !== "present" && presence.problem !== undefined && (
          <span class="problem-text">{presence.problem}</span>
        )}
      </div>
      <StopButton device={device} />
    </header>
  );
}

function Members({ device, described }: { readonly device: Device; readonly described: DescribedDevice }) {
  const { properties, methods, signals } = described;
  const calls = methods.filter(({ result }) => result !== "stream");
  const streams = methods.filter(({ result }) => result === "stream");
  return (
    <div class="members">
      {properties.length > 0 && (
        <section class="card properties" aria-label="Properties">
          <h3>Properties</h3>
          {[...properties]
            .sort((a, b) => Number(b.isMain) - Number(a.isMain))
            .map((property) => (
              <PropertyRow
                key={property.member}
                device={device}
                property={property}
                definitions={described.definitions}
              />
            ))}
        </section>
      )}
      {calls.length > 0 && (
        <section class="card methods" aria-label="Methods">
          <h3>Methods</h3>
          {calls.map((method) => (
            <MethodCard
              key={method.member}
              device={device}
              method={method}
              definitions={described.definitions}
            />
          ))}
        </section>
      )}
      {signals.map((signal) => (
        <SignalCard key={signal.member} device={device} signal={signal} described={described} />
      ))}
      {streams.map((method) => (
        <StreamCard key={method.member} device={device} method={method} definitions={described.definitions} />
      ))}
    </div>
  );
}
