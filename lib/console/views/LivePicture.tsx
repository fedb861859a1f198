import { useEffect, useState } from "preact/hooks";
import { type DescribedMethod } from "../model/described-device";
import { type Device } from "../model/device";
import { drawn } from "./drawn-pictures";
import { useMayControl } from "./rig-context";
import { useLive } from "./use-live";

interface LivePictureProps {
  readonly device: Device;
  readonly method: DescribedMethod;
}

/** After a call that failed, live pictures wait so long, in milliseconds. */
const AFTER_FAILURE_MS = 1_000;

/**
 * Asks for one picture after the other: the next when the last was drawn, so that device, network and page each take
 * the time they need. There for methods that need no arguments.
 */
export function LivePicture({ device, method }: LivePictureProps) {
  const [isLive, setLive] = useState(false);
  const { kind } = useLive(device.presence$);
  const mayControl = useMayControl();
  const isCallable = method.parameters?.every(({ optional }) => optional) ?? false;

  useEffect(() => {
    if (!isLive) return;
    let isLeft = false;
    const ask = async () => {
      while (!isLeft) {
        if (!device.isPresent || document.hidden) {
          await pause(AFTER_FAILURE_MS);
          continue;
        }
        const call = device.calls.start(method, [], {}, { isQuiet: true });
        await call.ended;
        if (call.state$.value.kind === "done") await drawn(device, method.member, call.id);
        else await pause(AFTER_FAILURE_MS);
      }
    };
    void ask();
    return () => {
      isLeft = true;
    };
  }, [isLive, device, method]);

  if (!isCallable || !mayControl) return null;
  return (
    <button
      type="button"
      aria-pressed={isLive}
      aria-label={`Live ${method.member}`}
      disabled={kind !== "present" && !isLive}
      onClick={() => setLive(!isLive)}
    >
      Live
    </button>
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
