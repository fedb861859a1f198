import { useState } from "preact/hooks";
import { type GatewayDevice } from "../../gateway/gateway-contract";
import { type Presence } from "../model/presence";
import { clockText } from "../model/value-text";
import { MainValues } from "./MainValues";
import { useConsole, useDevice } from "./rig-context";
import { deviceLink } from "./route";
import { StopButton } from "./StopButton";
import { ThemeSwitch } from "./ThemeSwitch";
import { useLive } from "./use-live";

/** Every device of the rig, as the gateway sees it. */
export function DeviceList({ selected }: { readonly selected: string | undefined }) {
  const { rig } = useConsole();
  const devices = useLive(rig.listed$);
  const isStale = useLive(rig.gateway.presence$).kind === "lost";
  const [search, setSearch] = useState("");
  const found = devices.filter((device) => matches(device, search));
  return (
    <section class={`device-list${isStale ? " is-stale" : ""}`} aria-label="Devices">
      <input
        type="search"
        placeholder="Search devices"
        aria-label="Search devices"
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <ul>
        {found.map((device) => (
          <Row key={device.name} listed={device} isSelected={device.name === selected} />
        ))}
      </ul>
      <p class="hint" role="status">
        {found.length === devices.length
          ? `${devices.length} ${devices.length === 1 ? "device" : "devices"}`
          : `${found.length} of ${devices.length} devices`}
      </p>
      <ThemeSwitch />
    </section>
  );
}

function matches({ name, type, address }: GatewayDevice, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/);
  const text = `${name} ${type} ${address}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function Row({ listed, isSelected }: { readonly listed: GatewayDevice; readonly isSelected: boolean }) {
  const { name, type, address, roundTripMs } = listed;
  const device = useDevice(name);
  const { state, since } = asSeenFromHere(listed, useLive(device.presence$));
  return (
    <li class={`device-row is-${state}`} {...(isSelected && { "aria-current": "true" as const })}>
      <a href={deviceLink(name)}>
        <span class="device-name">
          <span class="dot" aria-hidden="true" />
          {name}
        </span>
        <span class="device-about">
          <span>{type}</span>
          <span class="address">{address}</span>
        </span>
        <span class="device-state">
          {stateText(state, since)}
          {roundTripMs !== null && state === "connected" && ` · ${roundTripText(roundTripMs)}`}
        </span>
      </a>
      <MainValues device={device} />
      <StopButton device={device} />
    </li>
  );
}

/** The page may have lost what the gateway still reaches. */
function asSeenFromHere(
  { state, since }: GatewayDevice,
  presence: Presence,
): Pick<GatewayDevice, "state" | "since"> {
  return state === "connected" && presence.kind === "lost"
    ? { state: "lost", since: presence.since.toISOString() }
    : { state, since };
}

function stateText(state: GatewayDevice["state"], since: string): string {
  switch (state) {
    case "connected":
      return "connected";
    case "connecting":
      return "connecting";
    case "lost":
      return `lost since ${clockText(new Date(since))}`;
  }
}

export function roundTripText(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
