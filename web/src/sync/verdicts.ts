/** The service's verdict, as the app keeps it. */
import type { Box, Grade, Reason, Status, Verdict } from '../piece/record';

export interface VerdictBody {
  readonly status: Status;
  readonly grade: Grade | null;
  readonly best: Grade | null;
  readonly reasons: readonly (Omit<Reason, 'box'> & { readonly box?: readonly number[] | null })[];
  readonly not_assessable: readonly { readonly code: string }[];
  readonly checks_missing: readonly string[];
  readonly standard: string;
  readonly model: string;
}

export interface VerdictAnswer {
  readonly id: string;
  readonly verdict: VerdictBody;
}

export function verdictOf(answer: VerdictAnswer): Verdict {
  const { verdict } = answer;
  return {
    status: verdict.status,
    grade: verdict.grade,
    best: verdict.best,
    reasons: verdict.reasons.map((reason) => ({ ...reason, box: (reason.box ?? null) as Box | null })),
    notAssessable: verdict.not_assessable.map(({ code }) => code),
    checksMissing: verdict.checks_missing,
    standard: verdict.standard,
    model: verdict.model,
  };
}
