import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { filter, map } from "rxjs";
import { type JsonSchema } from "../../browser";
import { type Control, controlOf } from "../controls/control";
import { type Draft, draftOf, readDraft } from "../controls/draft";
import { ControlInput } from "../controls/ControlInput";
import { PinButton } from "../dashboard/PinButton";
import { type DescribedProperty } from "../model/described-device";
import { type Device } from "../model/device";
import { clockText, valueText } from "../model/value-text";
import { plotShapeOf } from "../plot/plot-shape";
import { RecordingView } from "../plot/RecordingView";
import { useRecording } from "../plot/use-recording";
import { useLive } from "./use-live";
import { useConsole, useMayControl } from "./rig-context";

interface PropertyRowProps {
  readonly device: Device;
  readonly property: DescribedProperty;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** A property: what it is now, and what changes it. */
export function PropertyRow({ device, property, definitions }: PropertyRowProps) {
  const { member, schema, description, readonly, isLive, isMain } = property;
  const subject = device.values.of(member);
  const { value, at, problem } = useLive(subject);
  const presence = useLive(device.presence$);
  useEffect(() => device.values.watch(property), [device, property]);
  const control = useMemo(() => controlOf(schema, definitions), [schema, definitions]);
  const isPlottable = plotShapeOf(value).kind !== "table";
  const [isPlotted, setPlotted] = useState(isMain);
  const isStale = presence.kind !== "present";
  return (
    <div class={`property${isStale ? " is-stale" : ""}`} data-member={member}>
      <div class="property-line">
        <div class="member-name">
          <h4>{member}</h4>
          {description !== undefined && <p class="description">{description}</p>}
        </div>
        <div class="property-value">
          <span class={`value${isOutside(value, control.warn) ? " is-warned" : ""}`}>
            <output aria-label={member}>{valueText(value, control.precision)}</output>
            {control.unit !== undefined && <span class="unit">{control.unit}</span>}
          </span>
          <span class="hint">
            {isStale && at !== undefined && `lost since ${clockText(presence.since)}`}
            {!isStale && at !== undefined && (isLive ? `since ${clockText(at)}` : `read ${clockText(at)}`)}
          </span>
        </div>
        <div class="member-tools">
          {isPlottable && (
            <button
              type="button"
              class="quiet"
              aria-pressed={isPlotted}
              aria-label={`Plot ${member}`}
              onClick={() => setPlotted(!isPlotted)}
            >
              Plot
            </button>
          )}
          <PinButton pin={{ device: device.name, member, kind: "value" }} />
        </div>
      </div>
      {!readonly && <PropertyControl device={device} property={property} control={control} />}
      <Facts control={control} isReadonly={readonly} />
      {problem !== undefined && <p class="problem">{problem}</p>}
      {isPlotted && isPlottable && <PropertyPlot device={device} property={property} control={control} />}
    </div>
  );
}

function isOutside(value: unknown, warn: readonly [number, number] | undefined): boolean {
  return warn !== undefined && typeof value === "number" && (value < warn[0] || value > warn[1]);
}

/** Limits and the like that the device tells of a value. */
function Facts({ control, isReadonly }: { readonly control: Control; readonly isReadonly: boolean }) {
  const facts = [
    ...(control.kind === "number" && !isReadonly ? [rangeText(control)] : []),
    ...(control.warn === undefined ? [] : [`look at it outside of ${control.warn[0]} to ${control.warn[1]}`]),
  ].filter((fact) => fact !== "");
  return facts.length === 0 ? null : <p class="hint facts-line">{facts.join(" · ")}</p>;
}

export function rangeText({ min, max, unit = "" }: Extract<Control, { kind: "number" }>): string {
  if (min !== undefined && max !== undefined) return `${min} to ${max} ${unit}`.trim();
  if (min !== undefined) return `at least ${min} ${unit}`.trim();
  return max === undefined ? "" : `at most ${max} ${unit}`.trim();
}

interface PropertyControlProps {
  readonly device: Device;
  readonly property: DescribedProperty;
  readonly control: Control;
}

const AWAY = "not set: the device is away";

/** What changes a property; not there where devices may only be looked at. */
export function PropertyControl(props: PropertyControlProps) {
  return useMayControl() ? <PropertyForm {...props} /> : null;
}

/** It shows the value until somebody writes something else. */
function PropertyForm({ device, property, control }: PropertyControlProps) {
  const { rig } = useConsole();
  const { member } = property;
  const id = useId();
  const { value } = useLive(device.values.of(member));
  const { kind } = useLive(device.presence$);
  const [draft, setDraft] = useState<Draft>();
  const [problem, setProblem] = useState<string>();
  const [isSetting, setSetting] = useState(false);
  const isStepping = useRef(false);
  const shown = draft ?? draftOf(control, value);

  const commit = async (written: Draft) => {
    const read = readDraft(control, written);
    // What is not connected is sent nothing, not even later.
    const refusal = "problem" in read ? read.problem : device.isPresent ? undefined : AWAY;
    if ("problem" in read || refusal !== undefined) {
      setProblem(refusal);
      return;
    }
    setSetting(true);
    const startedAt = performance.now();
    const logged = { kind: "set", device: device.name, member } as const;
    const text = `${member} = ${valueText(read.value)}`;
    try {
      await device.values.set(property, read.value);
      // Somebody may have written on meanwhile.
      setDraft((newest) => (newest === written ? undefined : newest));
      setProblem(undefined);
      rig.log.add({ ...logged, outcome: "done", durationMs: performance.now() - startedAt, text });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      setProblem(why);
      rig.log.add({
        ...logged,
        outcome: "failed",
        durationMs: performance.now() - startedAt,
        text: `${text}: ${why}`,
      });
    } finally {
      setSetting(false);
    }
  };
  const isDirty = draft !== undefined;
  const isAtOnce = control.kind === "switch" || control.kind === "choice";
  return (
    <form
      class="property-control"
      onKeyDown={(event) => (isStepping.current = control.kind === "choice" && isStep(event))}
      onPointerDown={() => (isStepping.current = false)}
      onSubmit={(event) => {
        event.preventDefault();
        void commit(shown);
      }}
    >
      <ControlInput
        id={id}
        label={`Set ${member}`}
        control={control}
        draft={shown}
        problemId={problem === undefined ? undefined : `${id}-problem`}
        onDraft={(written) => {
          setDraft(written);
          if (isAtOnce && !isStepping.current) void commit(written);
        }}
        onEnter={() => void commit(shown)}
        onSlid={() => void commit(shown)}
      />
      {(!isAtOnce || (isDirty && !isSetting)) && (
        <button
          type="submit"
          disabled={kind !== "present" || isSetting || !isDirty}
          aria-label={`Set ${member} now`}
        >
          Set
        </button>
      )}
      {(isDirty || problem !== undefined) && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            setDraft(undefined);
            setProblem(undefined);
          }}
        >
          Undo
        </button>
      )}
      {problem !== undefined && (
        <p class="problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

/** Arrows and letters go through the choices of a closed list: what they pass is not meant. Others open the list. */
function isStep({ key, altKey }: KeyboardEvent): boolean {
  return !altKey && ![" ", "Enter", "F4"].includes(key);
}

/** A property over time. */
export function PropertyPlot({ device, property, control }: PropertyControlProps) {
  const { member } = property;
  const values$ = useMemo(
    () =>
      device.values.of(member).pipe(
        filter(({ at }) => at !== undefined),
        map(({ value }) => value),
      ),
    [device, member],
  );
  const presence = useLive(device.presence$);
  const recording = useRecording(values$, true);
  return (
    <RecordingView
      name={member}
      recording={recording}
      unit={control.unit}
      precision={control.precision}
      lostSince={presence.kind === "present" ? undefined : presence.since}
    />
  );
}
