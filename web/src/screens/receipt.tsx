import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import type { PieceRecord } from '../piece/record';
import { Qr } from '../parts/qr';
import { go } from '../parts/route';
import { headline } from '../parts/verdict-card';
import { useLive } from '../store/changes';
import { fact } from '../store/facts';
import { LanguageContext, moment, useSay } from '../words';

/** A code that a person can read aloud: the receipt's own, or the end of the piece's id until the server has given one. */
export function receiptCode(record: PieceRecord): string {
  if (record.receipt !== null) return record.receipt.split('/').at(-1)!.replace(/.{5}(?=.)/g, '$&-'); // as on the receipt itself
  const tail = record.piece.replaceAll('-', '').slice(-12).toUpperCase();
  return `${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`;
}

/** What the weaver takes home: printed, shown, or shared as text. Says when the server does not know of it yet. */
export function Receipt({ record }: { record: PieceRecord }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const product = useLive(() => fact('products'))?.find((p) => p.sku === record.sku);
  const verdict = record.verdict ?? record.provisional;
  const { outcome, grade } = record.decision!;
  // A person's own grade stands in place of the model's.
  const judged = grade !== undefined ? say(`verdict.${grade}`) : verdict === null ? null : say(headline(verdict));
  const result = outcome === 'overrule' ? judged! : say(`decide.${outcome}`) + (judged === null ? '' : ` (${judged})`);
  const recorded = say(record.state === 'graded' ? 'receipt.recorded' : 'receipt.waiting');
  const lines: readonly (readonly [string, string])[] = [
    [say('receipt.tag'), record.tag],
    [say('receipt.code'), receiptCode(record)],
    [say('receipt.product'), product?.name[language] ?? record.sku],
    [say('receipt.result'), result],
    [say('receipt.date'), moment(language, record.decision!.decidedAt)],
  ];
  const address = record.receipt === null ? null : `${location.origin}${record.receipt}`;
  const text = [say('receipt.title'), ...lines.map(([name, value]) => `${name}: ${value}`), recorded, ...(address === null ? [] : [address])].join('\n');
  const share = async (): Promise<void> => {
    try {
      await navigator.share({ text });
    } catch (error) {
      if ((error as Error).name !== 'AbortError') await navigator.clipboard.writeText(text);
    }
  };
  return (
    <section class="card" aria-labelledby="receipt-title">
      <h2 id="receipt-title">{say('receipt.title')}</h2>
      <table>
        <tbody>
          {lines.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="soft">{recorded}</p>
      {address === null ? (
        <p class="note warn noprint">{say('receipt.noqr')}</p>
      ) : (
        <a href={address} target="_blank" rel="noopener"><Qr text={address} label={say('receipt.qr')} /></a>
      )}
      <p>{say('receipt.attempt')}</p>
      <div class="noprint">
        <button type="button" class="main" onClick={() => go('tag')}>{say('receipt.next')}</button>
        <div class="pair">
          <button type="button" onClick={() => print()}>{say('receipt.print')}</button>
          <button type="button" onClick={() => void share()}>{say('receipt.share')}</button>
        </div>
      </div>
    </section>
  );
}
