import { type Control } from "./control";
import { type Draft, emptyDraft, textOf } from "./draft";

interface ControlInputProps {
  readonly id: string;
  readonly label: string;
  readonly control: Control;
  readonly draft: Draft;
  /** The id of what is wrong with it, if anything is. */
  readonly problemId: string | undefined;
  readonly onDraft: (draft: Draft) => void;
  /** Enter was pressed. */
  readonly onEnter: () => void;
  /** The slider was let go. */
  readonly onSlid?: () => void;
}

/** The inputs of one value. */
export function ControlInput({
  id,
  label,
  control,
  draft,
  problemId,
  onDraft,
  onEnter,
  onSlid,
}: ControlInputProps) {
  const common = {
    id,
    "aria-label": label,
    "aria-invalid": problemId !== undefined,
    "aria-describedby": problemId,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !(event.target instanceof HTMLTextAreaElement && !event.ctrlKey)) {
      event.preventDefault();
      onEnter();
    }
  };
  const onInput = (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
    onDraft(event.currentTarget.value);
  switch (control.kind) {
    case "switch":
      return (
        <input
          {...common}
          type="checkbox"
          role="switch"
          class="switch"
          checked={draft === true}
          onChange={(event) => onDraft(event.currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <select {...common} value={textOf(draft)} onChange={(event) => onDraft(event.currentTarget.value)}>
          {control.isNullable && <option value="">none</option>}
          {control.choices.map((choice, index) => (
            <option key={index} value={String(index)}>
              {String(choice)}
            </option>
          ))}
        </select>
      );
    case "number": {
      const { min, max, unit, isInteger } = control;
      const hasSlider = min !== undefined && max !== undefined;
      return (
        <span class="number-input">
          <input
            {...common}
            type="text"
            inputMode={isInteger ? "numeric" : "decimal"}
            autocomplete="off"
            value={textOf(draft)}
            onInput={onInput}
            onKeyDown={onKeyDown}
          />
          {unit !== undefined && <span class="unit">{unit}</span>}
          {hasSlider && (
            <input
              type="range"
              aria-label={`${label}, slider`}
              min={min}
              max={max}
              step={isInteger ? 1 : "any"}
              value={draft === "" ? String(min) : textOf(draft)}
              onInput={(event) => onDraft(String(Number(Number(event.currentTarget.value).toPrecision(4))))}
              onChange={() => onSlid?.()}
            />
          )}
        </span>
      );
    }
    case "text":
      return (
        <input
          {...common}
          type="text"
          autocomplete="off"
          value={textOf(draft)}
          onInput={onInput}
          onKeyDown={onKeyDown}
        />
      );
    case "tuple": {
      const parts = draft as readonly Draft[];
      return (
        <span class="tuple-input" role="group" aria-label={label}>
          {control.items.map((item, index) => (
            <ControlInput
              key={index}
              id={`${id}-${index}`}
              label={`${label}, ${index + 1}`}
              control={{ ...item, ...(control.unit !== undefined && { unit: control.unit }) }}
              draft={parts[index] ?? emptyDraft(item)}
              problemId={problemId}
              onDraft={(part) => onDraft(parts.map((each, at) => (at === index ? part : each)))}
              onEnter={onEnter}
            />
          ))}
        </span>
      );
    }
    case "object": {
      const fields = draft as Readonly<Record<string, Draft>>;
      return (
        <span class="object-input" role="group" aria-label={label}>
          {control.fields.map(({ name, isRequired, control: field }) => (
            <span key={name} class="object-field">
              <label for={`${id}-${name}`}>
                {name}
                {!isRequired && <span class="hint"> optional</span>}
              </label>
              <ControlInput
                id={`${id}-${name}`}
                label={`${label}, ${name}`}
                control={field}
                draft={fields[name] ?? emptyDraft(field)}
                problemId={problemId}
                onDraft={(part) => onDraft({ ...fields, [name]: part })}
                onEnter={onEnter}
              />
            </span>
          ))}
        </span>
      );
    }
    case "json":
      return (
        <textarea
          {...common}
          rows={Math.min(8, textOf(draft).split("\n").length + 1)}
          spellcheck={false}
          placeholder="JSON"
          value={textOf(draft)}
          onInput={onInput}
          onKeyDown={onKeyDown}
        />
      );
  }
}
