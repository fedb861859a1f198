import { useEffect, useMemo } from "preact/hooks";
import { controlOf } from "../controls/control";
import { type DescribedDevice } from "../model/described-device";
import { type Device } from "../model/device";
import { clockText, valueText } from "../model/value-text";
import { plotShapeOf } from "../plot/plot-shape";
import { Boundary } from "../views/Boundary";
import { MethodCard } from "../views/MethodCard";
import { PropertyControl, PropertyPlot } from "../views/PropertyRow";
import { useConsole, useDevice } from "../views/rig-context";
import { deviceLink } from "../views/route";
import { SignalCard } from "../views/SignalCard";
import { StreamCard } from "../views/StreamCard";
import { useLive } from "../views/use-live";
import { type Tile } from "./dashboard";

interface TileViewProps {
  readonly tile: Tile;
  readonly place: number;
  /** Another tile is being dragged. */
  readonly isDropPlace: boolean;
  readonly onDrag: (place: number | undefined) => void;
  readonly onDrop: () => void;
}

/** One thing on the dashboard. It is moved by its handle: dragged, or with the arrow keys. */
export function TileView({ tile, place, isDropPlace, onDrag, onDrop }: TileViewProps) {
  const { dashboard } = useConsole();
  const device = useDevice(tile.device);
  const described = useLive(device.described$);
  const presence = useLive(device.presence$);
  const isStale = presence.kind !== "present";
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    dashboard.move(place, place + step);
    // A browser takes the focus from what moves.
    const handle = event.currentTarget as HTMLElement;
    requestAnimationFrame(() => requestAnimationFrame(() => handle.focus()));
  };
  return (
    <li
      class={`card tile is-width-${tile.width}${isStale ? " is-stale" : ""}${isDropPlace ? " is-drop-place" : ""}`}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        onDrop();
      }}
    >
      <div class="tile-header">
        <button
          type="button"
          class="quiet handle"
          draggable
          aria-label={`Move ${tile.device} ${tile.member}: arrow keys`}
          onDragStart={(event) => {
            event.dataTransfer?.setData("text/plain", tile.member);
            onDrag(place);
          }}
          onDragEnd={() => onDrag(undefined)}
          onKeyDown={onKeyDown}
        >
          ⠿
        </button>
        <a href={deviceLink(tile.device)}>{tile.device}</a>
        {isStale && <span class="hint">lost since {clockText(presence.since)}</span>}
        <button
          type="button"
          class="quiet"
          aria-label={`Width of ${tile.device} ${tile.member}`}
          onClick={() => dashboard.widen(place)}
        >
          {tile.width === 1 ? "Wider" : "Narrower"}
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={`Take ${tile.device} ${tile.member} off`}
          onClick={() => dashboard.toggle(tile)}
        >
          Take off
        </button>
      </div>
      {described === undefined ? (
        <p class="hint">The device has not answered yet.</p>
      ) : (
        <Boundary>
          <Content tile={tile} device={device} described={described} />
        </Boundary>
      )}
    </li>
  );
}

interface ContentProps {
  readonly tile: Tile;
  readonly device: Device;
  readonly described: DescribedDevice;
}

function Content({ tile: { kind, member }, device, described }: ContentProps) {
  const { definitions } = described;
  if (kind === "plot") {
    const signal = described.signals.find((each) => each.member === member);
    return signal === undefined ? (
      <Unknown member={member} />
    ) : (
      <SignalCard device={device} signal={signal} described={described} />
    );
  }
  if (kind === "value") return <ValueTile member={member} device={device} described={described} />;
  const method = described.methods.find((each) => each.member === member);
  if (method === undefined) return <Unknown member={member} />;
  return kind === "stream" ? (
    <StreamCard device={device} method={method} definitions={definitions} />
  ) : (
    <MethodCard device={device} method={method} definitions={definitions} />
  );
}

function Unknown({ member }: { readonly member: string }) {
  return <p class="hint">The device has no {member}.</p>;
}

/** A value, large enough to be read from across the room, and over time where it is a number. */
function ValueTile({ member, device, described }: Omit<ContentProps, "tile"> & { readonly member: string }) {
  const property = described.properties.find((each) => each.member === member);
  const { value } = useLive(device.values.of(member));
  useEffect(() => (property === undefined ? undefined : device.values.watch(property)), [device, property]);
  const control = useMemo(
    () => controlOf(property?.schema ?? {}, described.definitions),
    [property, described],
  );
  if (property === undefined) return <Unknown member={member} />;
  return (
    <>
      <h3>{member}</h3>
      <p class="large value">
        <output aria-label={member}>{valueText(value, control.precision)}</output>
        {control.unit !== undefined && <span class="unit">{control.unit}</span>}
      </p>
      {!property.readonly && <PropertyControl device={device} property={property} control={control} />}
      {plotShapeOf(value).kind !== "table" && (
        <PropertyPlot device={device} property={property} control={control} />
      )}
    </>
  );
}
