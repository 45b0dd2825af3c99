/** What recorded hand checks say, and the defect codes behind them; as `qc/standards/checks.py`. */
import { defects } from 'virtual:catalogues';
import type { CheckValue, Reason } from '../piece/record';
import type { CheckRule, ExportStandard } from '../piece/standard';
import { codeRules } from './code-rules';

export type CheckOutcome = 'missing' | 'waived' | 'passed' | 'warning' | 'failed';
export type Checks = Readonly<Record<string, CheckValue>>;

type Limits = readonly [number | null, number | null];

/** Lowest and highest value that passes, in the check's unit. */
export function checkLimits(standard: ExportStandard, rule: CheckRule): Limits {
  const { size_mm: sizes, tolerance } = standard.product;
  if (rule.dimension === null || tolerance === null) return [rule.min, rule.max];
  const nominal = sizes[rule.dimension]!;
  const deviation = Math.max(nominal * tolerance.share, tolerance.mm);
  return [nominal - deviation, nominal + deviation];
}

/** The value of a record in the check's unit; null where it has none. */
function numberOf(given: CheckValue | undefined): number | null {
  if (typeof given === 'number') return given;
  return typeof given === 'object' && 'value' in given ? given.value : null;
}

/** A record whose form does not fit the rule is as good as missing. */
function outcome(rule: CheckRule, value: CheckValue | undefined, [low, high]: Limits): CheckOutcome {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && 'waived' in value) return 'waived';
  if ((typeof value !== 'string') !== (rule.unit !== null)) return 'missing';
  if (typeof value === 'string') return value === 'pass' ? 'passed' : 'failed';
  const measured = typeof value === 'number' ? { value, uncertainty: 0 } : value;
  const least = measured.value - measured.uncertainty;
  const most = measured.value + measured.uncertainty;
  if ((high !== null && least > high) || (low !== null && most < low)) return 'failed';
  if ((high !== null && most > high) || (low !== null && least < low)) return 'missing'; // a doubt: the app enters none, the server judges it
  return rule.warn !== null && measured.value > rule.warn ? 'warning' : 'passed';
}

export function outcomes(standard: ExportStandard, checks: Checks): ReadonlyMap<string, CheckOutcome> {
  return new Map(Object.entries(standard.checks).map(([name, rule]) => [name, outcome(rule, checks[name], checkLimits(standard, rule))]));
}

export interface FromChecks {
  readonly failed: ReadonlyMap<string, number>;
  readonly cleared: ReadonlySet<string>;
}

/** Failed checks by code, and codes of which a passed check clears a photo's doubt. */
export function fromChecks(standard: ExportStandard, results: ReadonlyMap<string, CheckOutcome>): FromChecks {
  const failed = new Map<string, number>();
  const cleared = new Set<string>();
  for (const [name, result] of results) {
    const rule = standard.checks[name]!;
    if (result === 'failed') failed.set(rule.code, (failed.get(rule.code) ?? 0) + 1);
    if (result === 'passed' || result === 'warning') {
      for (const code of [rule.code, ...(rule.clears ?? [])]) if (defects[code]?.photo !== 'yes') cleared.add(code);
    }
  }
  for (const code of failed.keys()) cleared.delete(code);
  return { failed, cleared };
}

/** Reasons from hand checks; missing ones only where the piece waits for them. */
export function* aboutChecks(standard: ExportStandard, checks: Checks, results: ReadonlyMap<string, CheckOutcome>, asks: boolean): Generator<Reason> {
  const rules = codeRules(standard);
  for (const [name, result] of results) {
    const rule = standard.checks[name]!;
    const { code } = rule;
    const given = checks[name];
    const value = numberOf(given);
    const severity = rules.get(code)!.severity;
    const measured = { check: name, value, unit: rule.unit ?? '' };
    const [low, high] = checkLimits(standard, rule);
    if (result === 'missing') {
      if (rule.required && asks) yield { rule: 'check.missing', code, params: { check: name } };
    } else if (typeof given === 'object' && 'waived' in given) yield { rule: 'check.waived', code, params: { check: name, why: given.waived } };
    else if (result === 'failed' && given === 'fail') yield { rule: 'check.failed', code, severity, params: { check: name } };
    else if (result === 'warning') yield { rule: 'check.warning', code, params: { ...measured, limit: rule.warn } };
    else if (result === 'failed' && value !== null) {
      const tooHigh = high !== null && value > high;
      yield { rule: tooHigh ? 'check.too_high' : 'check.too_low', code, severity, params: { ...measured, limit: tooHigh ? high : low } };
    }
  }
}
