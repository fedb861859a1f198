import { type ComponentChildren } from "preact";
import { useId, useMemo, useState } from "preact/hooks";
import { type JsonSchema, type Keywords } from "../../browser";
import { type Control, controlOf } from "../controls/control";
import { ControlInput } from "../controls/ControlInput";
import { type Draft, emptyDraft, readDraft } from "../controls/draft";
import { type DescribedMethod } from "../model/described-device";
import { rangeText } from "./PropertyRow";
import { ONLY_LOOK, useMayControl } from "./rig-context";

interface MethodArgumentsProps {
  readonly method: DescribedMethod;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
  /** What the button says. */
  readonly action: string;
  readonly isDisabled: boolean;
  readonly onArguments: (args: readonly unknown[], kwargs: Keywords) => void;
  /** Stands beside the button. */
  readonly children?: ComponentChildren;
}

interface Field {
  readonly name: string;
  readonly isOptional: boolean;
  readonly isKeyword: boolean;
  readonly control: Control;
}

/** A form of a method's parameters, checked by its contract before anything is sent. */
export function MethodArguments(props: MethodArgumentsProps) {
  const { method, definitions, action, isDisabled, onArguments, children } = props;
  const id = useId();
  const mayControl = useMayControl();
  const fields = useMemo(() => fieldsOf(method, definitions), [method, definitions]);
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const draftOf = ({ name, control, isOptional }: Field): Draft =>
    drafts[name] ?? (isOptional ? "" : emptyDraft(control));
  const submit = () => {
    if (isDisabled || !mayControl) return;
    const given = fields.map((field) => ({
      field,
      read: readDraft(field.control, draftOf(field), field.isOptional),
    }));
    const wrong = given.flatMap(({ field, read }) => ("problem" in read ? [[field.name, read.problem]] : []));
    setProblems(Object.fromEntries(wrong) as Record<string, string>);
    if (wrong.length > 0) return;
    const values = given.map(({ field, read }) => ({
      field,
      value: "value" in read ? read.value : undefined,
    }));
    if (method.parameters === undefined) {
      const [all] = values;
      onArguments(Array.isArray(all?.value) ? (all.value as unknown[]) : [], {});
      return;
    }
    const byPlace = values.filter(({ field }) => !field.isKeyword).map(({ value }) => value);
    while (byPlace.length > 0 && byPlace.at(-1) === undefined) byPlace.pop();
    const byName = values.filter(({ field, value }) => field.isKeyword && value !== undefined);
    onArguments(byPlace, Object.fromEntries(byName.map(({ field, value }) => [field.name, value])));
  };
  return (
    <form
      class="arguments"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {fields.map((field) => (
        <div class="argument" key={field.name}>
          <label for={`${id}-${field.name}`}>
            {field.name}
            <span class="hint">
              {field.control.kind === "number" && ` ${rangeText(field.control)}`}
              {field.isOptional && " optional"}
            </span>
          </label>
          <ControlInput
            id={`${id}-${field.name}`}
            label={field.name}
            control={field.control}
            draft={draftOf(field)}
            problemId={problems[field.name] === undefined ? undefined : `${id}-${field.name}-problem`}
            onDraft={(draft) => setDrafts({ ...drafts, [field.name]: draft })}
            onEnter={submit}
          />
          {problems[field.name] !== undefined && (
            <p class="problem" id={`${id}-${field.name}-problem`} role="alert">
              {problems[field.name]}
            </p>
          )}
        </div>
      ))}
      <div class="actions">
        <button
          type="submit"
          class="primary"
          disabled={isDisabled || !mayControl}
          title={mayControl ? undefined : ONLY_LOOK}
          aria-label={`${action} ${method.member}`}
        >
          {action}
        </button>
        {children}
      </div>
    </form>
  );
}

function fieldsOf(
  { parameters }: DescribedMethod,
  definitions: Readonly<Record<string, JsonSchema>>,
): Field[] {
  if (parameters === undefined) {
    const control: Control = { kind: "json", isNullable: false };
    return [{ name: "arguments, a list", isOptional: true, isKeyword: false, control }];
  }
  return parameters.map(({ name, optional, keyword, schema }) => ({
    name,
    isOptional: optional,
    isKeyword: keyword === true,
    control: asGiven(controlOf(schema ?? {}, definitions), optional),
  }));
}

/** A switch cannot say that nothing is given: where nothing may be given it is a choice. */
function asGiven(control: Control, isOptional: boolean): Control {
  if (!isOptional && !control.isNullable) return control;
  if (control.kind === "switch")
    return { ...control, kind: "choice", choices: [false, true], isNullable: true };
  return control.kind === "choice" ? { ...control, isNullable: true } : control;
}
