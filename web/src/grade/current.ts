/** The verdict as it stands with the hand checks recorded so far. */
import type { Product } from '../piece/product';
import { otherPieceIn, type PieceRecord, type Verdict } from '../piece/record';
import { applyStandard, doubted } from './verdict';

/**
 * The phone's evidence with the checks, where the server has not judged otherwise: checks count at once, and the server
 * counts them together with the decision. Doubts that only the server can have stay. Where it disagrees its own verdict stands.
 */
export function currentVerdict(record: PieceRecord, product: Product): Verdict | null {
  if (record.evidence !== null && !record.disagrees) {
    const doubts = (record.verdict?.reasons ?? []).filter((reason) => otherPieceIn(reason) !== null);
    return doubted(applyStandard(product.standard, record.evidence, record.checks), doubts);
  }
  return record.verdict ?? record.provisional;
}
