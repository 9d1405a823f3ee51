import { useEffect, useId, useState } from 'preact/hooks';
import { describeProblem, InputError } from '../../src/input-error.ts';
import type { Field } from '../url/field.ts';

interface Labelled {
  readonly label: string;
  /** Behind the label: `bytes`. */
  readonly unit?: string;
  /** Below the field: what it means. */
  readonly hint?: string;
}

/**
 * A value to type. What is no value stays as it was typed, with what may stand there; the state keeps the last value that was
 * one.
 */
export function TextField<T>({
  label,
  unit,
  hint,
  field,
  value,
  onChange,
  numeric = true,
}: Labelled & {
  readonly field: Field<T>;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly numeric?: boolean;
}) {
  const id = useId();
  const written = field.write(value);
  const [typed, setTyped] = useState(written);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    setTyped(written);
    setProblem('');
  }, [written]);
  const change = (text: string) => {
    setTyped(text);
    try {
      onChange(field.read(text.trim()));
      setProblem('');
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      setProblem(describeProblem(error.problems[0]!));
    }
  };
  return (
    <div class="field">
      <label for={id}>
        {label}
        {unit && <small> {unit}</small>}
      </label>
      <input
        id={id}
        value={typed}
        inputMode={numeric ? 'decimal' : 'text'}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={problem !== ''}
        aria-describedby={`${id}-below`}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
      <small id={`${id}-below`} class={problem ? 'problem' : 'hint'} role={problem ? 'alert' : undefined}>
        {problem || hint}
      </small>
    </div>
  );
}

/** One of several. */
export function SelectField<W extends string>({
  label,
  hint,
  value,
  options,
  onChange,
}: Labelled & {
  readonly value: W;
  readonly options: readonly (readonly [value: W, name: string])[];
  readonly onChange: (value: W) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-describedby={hint && `${id}-below`}
        onChange={({ currentTarget }) => onChange(currentTarget.value as W)}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option} selected={option === value}>
            {name}
          </option>
        ))}
      </select>
      {hint && (
        <small id={`${id}-below`} class="hint">
          {hint}
        </small>
      )}
    </div>
  );
}
