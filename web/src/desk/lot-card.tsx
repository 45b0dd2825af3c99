import type { VNode } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { LanguageContext, useSay, type Key } from '../words';
import { shortId } from '../words/catalogue';
import type { Lot } from './insights';
import { drawnOf, resubmitLot, screenLot, takeDefectiveOut, withdrawSampling, type Drawn } from './lot-steps';
import { lookAgain, usePolled } from './polled';
import { troubleWords } from './trouble';

/** One lot: its plan and result with the reason, the pieces to fetch, the steps that are open, and what its plan promises. */
export function LotCard({ lot }: { lot: Lot }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const [drawn, setDrawn] = useState(false);
  const purpose = lot.state === 'screening' ? 'screening' : 'sample';
  const sample = usePolled(() => drawnOf(lot.id, purpose), [lot.id, purpose]);
  return (
    <div class="card" data-lot={lot.number}>
      <strong>{say('desk.lot', { n: lot.number, batch: lot.batch_number })}</strong> <span class={`badge lot-${lot.state}`}>{say(`lotstate.${lot.state}` as Key)}</span>
      <p>{lot.sku}: {say('desk.lot.sample', { n: lot.plan.n, of: lot.size })}</p>
      <ul>{lot.results.map((result) => <li key={result.defect_class}>{result.words[language]}</li>)}</ul>
      {sample.value !== null && <DrawnPieces drawn={sample.value} />}
      <Steps lot={lot} drawn={sample.value ?? []} />
      <button type="button" class="link" aria-expanded={drawn} onClick={() => setDrawn(!drawn)}>{say('desk.lot.promise')}</button>
      {drawn && (
        <>
          {lot.promises[language].map((sentence) => <p key={sentence}>{sentence}</p>)}
          <img class="photo" src={`/v1/lots/${lot.id}/oc.svg?lang=${language}`} alt={say('desk.lot.curve')} />
        </>
      )}
    </div>
  );
}

function DrawnPieces({ drawn }: { drawn: readonly Drawn[] }): VNode {
  const say = useSay();
  const judged = drawn.filter((each) => each.found !== null).length;
  const said = say('desk.lot.judged', { n: judged, of: drawn.length });
  return (
    <>
      <p>{said}<meter min={0} max={Math.max(1, drawn.length)} value={judged} aria-label={said} /></p>
      <details>
        <summary>{say('desk.lot.fetch')}</summary>
        <p class="soft">{say('desk.lot.fetch.note')}</p>
        <table>
          <tbody>
            {drawn.map((each) => (
              <tr key={each.id}>
                <th scope="row">{each.tag ?? shortId(each.piece_id)}</th>
                <td>
                  {say(each.found === null ? 'desk.lot.judged.not' : each.found.meets_standard ? 'desk.lot.judged.good' : 'desk.lot.judged.bad')}
                  {each.photos.length > 0 && (
                    <div class="thumbs">
                      {each.photos.map(({ photo }, index) => (
                        <a key={photo} href={photo} target="_blank" rel="noopener"><img src={photo} alt={say('again.photo', { n: index + 1 })} loading="lazy" /></a>
                      ))}
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

/** What may be done with the lot now; the service refuses whatever else is tried. */
function Steps({ lot, drawn }: { lot: Lot; drawn: readonly Drawn[] }): VNode {
  const say = useSay();
  const [said, setSaid] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const take = async (step: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    try {
      const done = await step();
      setSaid(typeof done === 'number' ? say('desk.lot.removed', { n: done }) : say('desk.lot.done'));
      lookAgain();
    } catch (error) {
      setSaid(troubleWords(say, error as Error));
    } finally {
      setBusy(false);
    }
  };
  const bad = drawn.some((each) => each.found?.meets_standard === false);
  const untouched = lot.state === 'sampling' && drawn.every((each) => each.found === null);
  return (
    <>
      <p role="status" class={said === null ? '' : 'note'}>{said}</p>
      {lot.state === 'rejected' && <button type="button" disabled={busy} onClick={() => void take(() => screenLot(lot.id))}>{say('desk.lot.screen')}</button>}
      {((lot.state === 'accepted' && bad) || lot.state === 'screened') && (
        <button type="button" class="amber" disabled={busy} onClick={() => void take(() => takeDefectiveOut(lot.id))}>{say('desk.lot.remove')}</button>
      )}
      {lot.state === 'screened' && <button type="button" disabled={busy} onClick={() => void take(() => resubmitLot(lot.id))}>{say('desk.lot.resubmit')}</button>}
      {untouched && (
        <details>
          <summary>{say('desk.lot.withdraw')}</summary>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              const reason = String(new FormData(event.currentTarget).get('why')).trim();
              if (reason !== '') void take(() => withdrawSampling(lot.batch_id, reason));
            }}
          >
            <label>{say('decide.reason')}<input name="why" maxLength={1000} required autocomplete="off" /></label>
            <button class="danger" disabled={busy}>{say('desk.lot.withdraw')}</button>
          </form>
        </details>
      )}
    </>
  );
}
