import { type JsonSchema } from "../../browser";
import { PinButton } from "../dashboard/PinButton";
import { type DescribedMethod } from "../model/described-device";
import { type Device } from "../model/device";
import { CallView } from "./CallView";
import { LivePicture } from "./LivePicture";
import { ReturnedPicture } from "./ReturnedPicture";
import { MethodArguments } from "./MethodArguments";
import { useLive } from "./use-live";

interface MethodCardProps {
  readonly device: Device;
  readonly method: DescribedMethod;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** A method as a form, with what became of its last call. */
export function MethodCard({ device, method, definitions }: MethodCardProps) {
  const { member, description, interrupts, result } = method;
  const { kind } = useLive(device.presence$);
  return (
    <div class="method" data-member={member}>
      <div class="property-line">
        <div class="member-name">
          <h4>
            {member}
            {interrupts && <span class="hint"> interrupts what runs</span>}
          </h4>
          {description !== undefined && <p class="description">{description}</p>}
        </div>
        <div class="member-tools">
          <PinButton
            pin={{ device: device.name, member, kind: result === "buffer" ? "picture" : "button" }}
          />
        </div>
      </div>
      <MethodArguments
        method={method}
        definitions={definitions}
        action="Call"
        isDisabled={kind !== "present"}
        onArguments={(args, kwargs) => device.calls.start(method, args, kwargs)}
      >
        {result === "buffer" && <LivePicture device={device} method={method} />}
      </MethodArguments>
      <NewestCall device={device} method={method} definitions={definitions} />
    </div>
  );
}

/** What became of the last call, and the last picture. */
export function NewestCall({ device, method, definitions }: MethodCardProps) {
  const call = useLive(device.calls.of(method.member));
  return (
    <>
      {call !== undefined && <CallView key={call.id} call={call} method={method} definitions={definitions} />}
      {method.result === "buffer" && <ReturnedPicture device={device} member={method.member} />}
    </>
  );
}
