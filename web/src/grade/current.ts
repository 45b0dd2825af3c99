/** The verdict as it stands with the hand checks recorded so far. */
import type { Product } from '../piece/product';
import type { PieceRecord, Verdict } from '../piece/record';
import { applyStandard } from './verdict';

/**
 * The phone's evidence with the checks, where the server has not judged otherwise: checks count at once, and the server
 * counts them together with the decision. Where it disagrees its own verdict stands.
 */
export function currentVerdict(record: PieceRecord, product: Product): Verdict | null {
  if (record.evidence !== null && !record.disagrees) return applyStandard(product.standard, record.evidence, record.checks);
  return record.verdict ?? record.provisional;
}
