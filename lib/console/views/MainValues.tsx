import { useEffect, useMemo } from "preact/hooks";
import { type JsonSchema } from "../../browser";
import { controlOf } from "../controls/control";
import { type DescribedProperty } from "../model/described-device";
import { type Device } from "../model/device";
import { valueText } from "../model/value-text";
import { useLive } from "./use-live";

/** What a device says that people want to know first, as much as fits into a list. */
export function MainValues({ device }: { readonly device: Device }) {
  const described = useLive(device.described$);
  const main = described?.properties.filter(({ isMain }) => isMain) ?? [];
  if (described === undefined || main.length === 0) return null;
  return (
    <span class="main-values">
      {main.slice(0, MOST_VALUES).map((property) => (
        <MainValue
          key={property.member}
          device={device}
          property={property}
          definitions={described.definitions}
        />
      ))}
    </span>
  );
}

const MOST_VALUES = 2;

interface MainValueProps {
  readonly device: Device;
  readonly property: DescribedProperty;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

function MainValue({ device, property, definitions }: MainValueProps) {
  const { member, schema } = property;
  const { value } = useLive(device.values.of(member));
  useEffect(() => device.values.watch(property), [device, property]);
  const { unit, precision } = useMemo(() => controlOf(schema, definitions), [schema, definitions]);
  return (
    <span class="main-value">
      <span class="hint">{member}</span>{" "}
      <span class="value">
        {valueText(value, precision)}
        {unit !== undefined && <span class="unit">{unit}</span>}
      </span>
    </span>
  );
}
