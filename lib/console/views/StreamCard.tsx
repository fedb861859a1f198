import { useState } from "preact/hooks";
import { from, map, type Observable } from "rxjs";
import { type JsonSchema } from "../../browser";
import { controlOf } from "../controls/control";
import { PinButton } from "../dashboard/PinButton";
import { type DescribedMethod } from "../model/described-device";
import { type Device } from "../model/device";
import { RecordingView } from "../plot/RecordingView";
import { useRecording } from "../plot/use-recording";
import { MethodArguments } from "./MethodArguments";
import { useLive } from "./use-live";

interface StreamCardProps {
  readonly device: Device;
  readonly method: DescribedMethod;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** A stream: its newest item whenever the page has drawn the one before. */
export function StreamCard({ device, method, definitions }: StreamCardProps) {
  const { member, description, resultSchema } = method;
  const { kind } = useLive(device.presence$);
  const [source, setSource] = useState<Observable<unknown>>();
  const recording = useRecording(source);
  const problem = useLive(recording.problem$);
  const { unit, precision } = controlOf(resultSchema, definitions);
  const isRunning = source !== undefined && problem === undefined;
  return (
    <section class="card stream" aria-label={`Stream ${member}`} data-member={member}>
      <div class="property-line">
        <div class="member-name">
          <h3>{member}</h3>
          {description !== undefined && <p class="description">{description}</p>}
        </div>
        <PinButton pin={{ device: device.name, member, kind: "stream" }} />
      </div>
      <MethodArguments
        method={method}
        definitions={definitions}
        action="Read"
        isDisabled={kind !== "present" || isRunning}
        onArguments={(args, kwargs) => {
          const { client } = device.described$.value ?? {};
          if (client !== undefined)
            setSource(newestOf(client.stream(method.wireName, args, kwargs).latest()));
        }}
      >
        {isRunning && (
          <button type="button" onClick={() => setSource(undefined)}>
            End
          </button>
        )}
      </MethodArguments>
      {source !== undefined && (
        <RecordingView name={member} recording={recording} unit={unit} precision={precision} />
      )}
    </section>
  );
}

/** The next item is asked for when a frame was drawn. */
function newestOf(items: AsyncIterable<unknown>): Observable<unknown> {
  return from(atPaceOfFrames(items)).pipe(map(itself));
}

async function* atPaceOfFrames(items: AsyncIterable<unknown>): AsyncGenerator {
  for await (const item of items) {
    yield item;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** Numbers and the like come beside the count of those that were left out. */
function itself(item: unknown): unknown {
  const isBeside =
    typeof item === "object" &&
    item !== null &&
    "skipped" in item &&
    "value" in item &&
    Object.keys(item).length === 2;
  return isBeside ? item.value : item;
}
