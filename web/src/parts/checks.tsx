import type { VNode } from 'preact';
import { useContext, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { Check } from '../piece/product';
import type { CheckValue } from '../piece/record';
import { capital, LanguageContext, useSay, type Say } from '../words';
import { checkName } from '../words/catalogue';

export type CheckValues = Readonly<Record<string, CheckValue>>;

/** The checks with one of them set, or taken out. */
export function withCheck(checks: CheckValues, name: string, value: CheckValue | null): CheckValues {
  const { [name]: _, ...others } = checks;
  return value === null ? others : { ...others, [name]: value };
}

/** Required checks that are neither recorded nor waived. */
export function missingChecks(checks: readonly Check[], values: CheckValues): readonly Check[] {
  return checks.filter((check) => check.required && values[check.name] === undefined);
}

interface ChecksProps {
  readonly checks: readonly Check[];
  readonly values: CheckValues;
  readonly onSet: (name: string, value: CheckValue | null) => void;
  /** What stands beneath the checks. */
  readonly children?: ComponentChildren;
}

/** The hand checks that the standard asks for, kept as they are made. */
export function Checks({ checks, values, onSet, children }: ChecksProps): VNode | null {
  const say = useSay();
  if (checks.length === 0) return null;
  return (
    <section class="card" aria-labelledby="checks-title">
      <h2 id="checks-title">{say('checks.title')}</h2>
      {checks.map((check) => (
        <CheckField key={check.name} check={check} value={values[check.name] ?? null} onChange={(value) => onSet(check.name, value)} />
      ))}
      {children}
    </section>
  );
}

interface FieldProps {
  readonly check: Check;
  readonly value: CheckValue | null;
  readonly onChange: (value: CheckValue | null) => void;
}

function CheckField(props: FieldProps): VNode {
  const say = useSay();
  const { check, value, onChange } = props;
  const [waiving, setWaiving] = useState(isWaived(value));
  const name = checkName(useContext(LanguageContext), check);
  const label = capital(name);
  if (!waiving) {
    return (
      <div class="check">
        {check.unit === null ? <Feel {...props} label={label} /> : <Measure {...props} label={label} />}
        {check.required && (
          <button type="button" class="link" aria-label={`${say('checks.waive')}: ${name}`} onClick={() => (setWaiving(true), onChange(null))}>
            {say('checks.waive')}
          </button>
        )}
      </div>
    );
  }
  return (
    <div class="check">
      <label>
        {label} · {say('checks.waive.why')}
        <input
          name={`${check.name}_waived`}
          maxLength={500}
          value={isWaived(value) ? value.waived : ''}
          onInput={(e) => onChange(e.currentTarget.value.trim() === '' ? null : { waived: e.currentTarget.value })}
        />
      </label>
      <button type="button" class="link" onClick={() => (setWaiving(false), onChange(null))}>{say('checks.waive.not')}</button>
    </div>
  );
}

function isWaived(value: CheckValue | null): value is { readonly waived: string } {
  return typeof value === 'object' && value !== null && 'waived' in value;
}

interface NamedFieldProps extends FieldProps {
  readonly label: string;
}

function Measure({ check, value, onChange, label }: NamedFieldProps): VNode {
  const say = useSay();
  // What is typed stays as it is typed, whatever else changes on the screen meanwhile.
  const given = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
  const [text, setText] = useState(typeof given === 'number' ? String(given) : '');
  return (
    <label>
      {label} ({[check.unit, limits(check, say)].filter(Boolean).join(', ')}){check.required ? '' : ` · ${say('checks.optional')}`}
      <input
        type="number"
        name={check.name}
        inputMode="decimal"
        step="any"
        min="0"
        value={text}
        onInput={(e) => {
          setText(e.currentTarget.value);
          onChange(e.currentTarget.value === '' ? null : Number(e.currentTarget.value));
        }}
      />
    </label>
  );
}

function Feel({ check, value, onChange, label }: NamedFieldProps): VNode {
  const say = useSay();
  return (
    <fieldset data-check={check.name}>
      <legend>
        {label}
        {check.required ? '' : ` · ${say('checks.optional')}`}
      </legend>
      <div class="pair">
        {(['pass', 'fail'] as const).map((result) => (
          <button type="button" key={result} aria-pressed={value === result} onClick={() => onChange(value === result ? null : result)}>
            {say(`checks.${result}`)}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function limits(check: Check, say: Say): string {
  if (check.low !== null && check.high !== null) return say('checks.between', { low: check.low, high: check.high });
  if (check.high !== null) return say('checks.limit', { limit: check.high });
  return check.low === null ? '' : say('checks.least', { limit: check.low });
}
