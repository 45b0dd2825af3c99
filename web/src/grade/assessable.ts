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
  const byHand = answersByHand(standard, results);
  const views = new Set<string | null>(evidence.photos.map((photo) => photo.view));
  const photosLeaveOpen = (code: string): boolean => {
    const defect = defects[code]!;
    if (defect.photo !== 'yes' || again || defect.model_channel === null) return true;
    const wanted = defect.views ?? [];
    // A photo on its own names no view; it may show anything.
    return wanted.length > 0 && !views.has(null) && !wanted.some((view) => views.has(view));
  };
  const open = (code: string): boolean => {
    const checked = byHand.get(code);
    if (checked === undefined) return photosLeaveOpen(code);
    if (checked.has('failed')) return false;
    if (checked.has('missing')) return photosLeaveOpen(code);
    return checked.has('waived');
  };
  return [...codeRules(standard).values()].filter((rule) => minded(rule) && !decided.has(rule.code) && open(rule.code)).map((rule) => rule.code);
}

/** What the hand checks say of each code that they answer for. */
function answersByHand(standard: ExportStandard, results: ReadonlyMap<string, CheckOutcome>): ReadonlyMap<string, ReadonlySet<CheckOutcome>> {
  const answers = new Map<string, Set<CheckOutcome>>();
  const add = (code: string, result: CheckOutcome): void => void answers.set(code, (answers.get(code) ?? new Set()).add(result));
  for (const [name, result] of results) {
    const rule = standard.checks[name]!;
    add(rule.code, result);
    if (result === 'passed' || result === 'warning') for (const code of rule.clears ?? []) add(code, result);
  }
  return answers;
}
