import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { otherPieceIn, type Reason } from '../piece/record';
import { useLive } from '../store/changes';
import { lookUpPiece } from '../sync/other-piece';
import { reasonWords, shortId } from '../words/catalogue';
import { LanguageContext, useSay } from '../words';

/** The reasons in plain words, numbered as they are marked on the photos. */
export function Reasons({ reasons }: { reasons: readonly Reason[] }): VNode {
  const language = useContext(LanguageContext);
  return (
    <ol>
      {reasons.map((reason, index) => {
        const other = otherPieceIn(reason);
        return <li key={index}>{other === null ? reasonWords(language, reason) : <OfTwo reason={reason} other={other} />}</li>;
      })}
    </ol>
  );
}

/** A reason that speaks of another piece: by its tag, with the way to it. */
function OfTwo({ reason, other }: { reason: Reason; other: string }): VNode | null {
  const say = useSay();
  const language = useContext(LanguageContext);
  const known = useLive(() => lookUpPiece(other), [other]);
  const tag = known?.tag ?? shortId(other);
  return (
    <>
      {reasonWords(language, reason, tag)}
      {known !== null && <><br /><a class="other" href={known.href}>{say('verdict.other', { tag })}</a></>}
    </>
  );
}
