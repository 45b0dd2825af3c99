import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PieceRecord } from '../piece/record';
import { go } from '../parts/route';
import { VerdictCard } from '../parts/verdict-card';
import { judgeOnPhone } from '../grade/judge';
import { currentVerdict } from '../grade/current';
import { useLive } from '../store/changes';
import { fact } from '../store/facts';
import { useSay } from '../words';
import { onTheMat } from './mat';
import { Checks, withCheck } from '../parts/checks';
import type { Product } from '../piece/product';
import { amend } from '../store/pieces';
import { Decide } from '../parts/decide';

/** The verdict: the phone's own as provisional, the server's once it has answered; then the hand checks and the decision. */
export function VerdictScreen({ record }: { record: PieceRecord }): VNode {
  const say = useSay();
  const products = useLive(() => fact('products'));
  const product = products?.find((p) => p.sku === record.sku);
  const [judging, setJudging] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const asked = record.provisional === null && record.verdict === null && product !== undefined;
  useEffect(() => {
    if (!asked) return;
    setJudging(true);
    judgeOnPhone(record.id, product)
      .then((judged) => judged || setTrouble(say('verdict.nomodel')))
      .catch((error: Error) => setTrouble(say('verdict.failed', { detail: error.message })))
      .finally(() => setJudging(false));
  }, [asked, record.attempt]);
  const shown = record.appeal || product === undefined ? null : currentVerdict(record, product);
  return (
    <>
      <h1>{say('piece.title', { tag: record.tag })}</h1>
      {record.appeal && <p class="note">{say('verdict.hidden')}</p>}
      {judging && shown === null && !record.appeal && <p class="note" role="status">{say('verdict.judging')}</p>}
      {trouble && shown === null && !record.appeal && <p class="note warn" role="status">{trouble}</p>}
      {shown !== null && <VerdictCard record={record} verdict={shown} provisional={record.verdict === null} />}
      {shown?.status === 'retake' && (
        <button type="button" class="main" onClick={() => go('piece', record.id, 'photos')}>{say('verdict.retake.do')}</button>
      )}
      {product !== undefined && shown?.status !== 'retake' && <HandChecks record={record} product={product} />}
      {product !== undefined && <Decide record={record} product={product} verdict={shown} />}
      {shown?.status !== 'retake' && (
        <button type="button" class="quiet" onClick={() => go('piece', record.id, 'photos')}>{say('capture.closeup')}</button>
      )}
    </>
  );
}

/** The hand checks, and the way to the measuring mat where the standard asks for a size that it can show. */
function HandChecks({ record, product }: { record: PieceRecord; product: Product }): VNode {
  const say = useSay();
  return (
    <Checks
      checks={product.checks}
      values={record.checks}
      onSet={(name, value) => void amend(record.id, (now) => ({ checks: withCheck(now.checks, name, value) }))}
    >
      {product.checks.some(onTheMat) && <a class="button" href={`#/piece/${record.id}/mat`}>{say('mat.open')}</a>}
    </Checks>
  );
}
