/** A standard's rule for each defect code, the taxonomy's defaults filled in; as `qc/standards/defect_rules.py`. */
import { defects } from 'virtual:catalogues';
import type { Band, Bounds, ExportStandard, Severity, SizeName } from '../piece/standard';

export interface CodeRule {
  readonly code: string;
  readonly severity: Severity;
  readonly disposition: string;
  readonly structural: boolean;
  readonly limits: Readonly<Record<string, number>>;
  readonly beyond: Severity;
  readonly tolerated: Readonly<Partial<Record<SizeName, number>>>;
  readonly once: boolean;
  readonly band: Band | null;
}

export const RUNGS: readonly Severity[] = ['none', 'minor', 'major', 'critical'];

/** Whether a severity is as bad as a rung or worse; a `hold` counts as none until a person has looked. */
export function atLeast(severity: Severity, rung: Severity): boolean {
  return severity !== 'hold' && RUNGS.indexOf(severity) >= RUNGS.indexOf(rung);
}

const given = (bounds: Bounds | null): Record<string, number> =>
  Object.fromEntries(Object.entries(bounds ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));

/** Every code's rule, by code. */
export function codeRules(standard: ExportStandard): ReadonlyMap<string, CodeRule> {
  return new Map(
    Object.entries(defects).map(([code, defect]) => {
      const rule = standard.defects[code];
      const severity = rule?.severity ?? defect.severity;
      return [
        code,
        {
          code,
          severity,
          disposition: rule?.disposition ?? defect.disposition,
          structural: defect.structural,
          limits: given(rule?.limits ?? null),
          beyond: rule?.beyond ?? severity,
          tolerated: given(rule?.tolerated ?? null),
          once: rule?.counted === 'once',
          band: rule?.band ?? null,
        },
      ];
    }),
  );
}

export function minded(rule: CodeRule): boolean {
  return rule.severity !== 'none' || rule.beyond !== 'none';
}

export function unfixable(rule: CodeRule): boolean {
  return rule.disposition === 'reject' || rule.disposition === 'quarantine';
}
