/** What these photos and checks leave open, in the taxonomy's order; as `qc/standards/assessable.py`. */
import { defects } from 'virtual:catalogues';
import type { Reason } from '../piece/record';
import type { ExportStandard } from '../piece/standard';
import type { CheckOutcome } from './checks';
import { codeRules, minded } from './code-rules';
import type { Evidence } from './evidence';

export function notAssessable(
  standard: ExportStandard,
  evidence: Evidence,
  results: ReadonlyMap<string, CheckOutcome>,
  reasons: readonly Reason[],
): string[] {
  const again = reasons.some((reason) => reason.rule.startsWith('retake.'));
  const decided = new Set(reasons.filter((reason) => reason.rule.startsWith('defect.')).map((reason) => reason.code));
  const waived = new Set<string>();
  for (const [name, rule] of Object.entries(standard.checks)) {
    const result = results.get(name)!;
    if (result === 'waived') waived.add(rule.code);
    else if (result !== 'missing') for (const code of [rule.code, ...(rule.clears ?? [])]) decided.add(code);
  }
  const views = new Set<string | null>(evidence.photos.map((photo) => photo.view));
  const photosLeaveOpen = (code: string): boolean => {
    const defect = defects[code]!;
    if (defect.photo !== 'yes' || again || defect.model_channel === null) return true;
    const wanted = defect.views ?? [];
    // A photo on its own names no view; it may show anything.
    return wanted.length > 0 && !views.has(null) && !wanted.some((view) => views.has(view));
  };
  return [...codeRules(standard).values()]
    .filter((rule) => minded(rule) && !decided.has(rule.code) && (waived.has(rule.code) || photosLeaveOpen(rule.code)))
    .map((rule) => rule.code);
}
