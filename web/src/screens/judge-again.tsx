import type { VNode } from 'preact';
import { useContext, useState } from 'preact/hooks';
import type { Reinspection } from '../piece/reinspection';
import { Checks, missingChecks, withCheck } from '../parts/checks';
import { FoundDefects } from '../parts/found-defects';
import { FoundPhotos } from '../parts/found-photos';
import { Refusal } from '../parts/refusal';
import { goAfter } from '../parts/route';
import { useLive } from '../store/changes';
import { fact } from '../store/facts';
import { amendReinspection, dropReinspection } from '../store/reinspections';
import { LanguageContext, useSay } from '../words';
import { checkName, shortId } from '../words/catalogue';

/** Judge a piece again by eye and hand, without its first verdict: defects by class, photos of them, hand checks, a remark. */
export function JudgeAgain({ again }: { again: Reinspection }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const product = useLive(() => fact('products'))?.find((p) => p.sku === again.sku);
  const [remark, setRemark] = useState(again.remark); // what is typed stays, whatever the store is doing
  const change = (next: Partial<Reinspection>): void => void amendReinspection(again.id, () => next);
  const missing = product === undefined ? [] : missingChecks(product.checks, again.checks);
  // A critical defect decides whatever the checks would say; then none is missing.
  const stops = missing.length > 0 && !again.defects.some((defect) => defect.defect_class === 'critical');
  const done = async (gone: string | null): Promise<void> => {
    const goOn = goAfter();
    await amendReinspection(again.id, () => ({ state: 'queued', judgedAt: new Date().toISOString(), conflict: null, missing: gone }));
    goOn('again');
  };
  return (
    <>
      <h1>{say('again.title')} <span class="tag">{again.tag ?? shortId(again.piece)}</span></h1>
      <p class="note">{say('verdict.hidden')}</p>
      {again.conflict !== null && <Refusal conflict={again.conflict} />}
      {again.conflict !== null && <button type="button" class="danger" onClick={() => void drop(again.id)}>{say('again.drop')}</button>}
      {again.state === 'recorded' ? (
        <p class="note" role="status">{say('state.graded')}</p>
      ) : product === undefined ? (
        <p class="note warn">{say('product.none')}</p>
      ) : (
        <>
          <FoundDefects standard={product.standard} defects={again.defects} onChange={(defects) => change({ defects })} />
          <FoundPhotos again={again} />
          <Checks
            checks={product.checks}
            values={again.checks}
            onSet={(name, value) => void amendReinspection(again.id, (now) => ({ checks: withCheck(now.checks, name, value) }))}
          />
          <label>{say('again.remark')}<textarea name="remark" rows={2} maxLength={1000} value={remark} onInput={(e) => (setRemark(e.currentTarget.value), change({ remark: e.currentTarget.value }))} /></label>
          {stops && <p class="note warn" id="missing">{say('checks.missing', { list: missing.map((check) => checkName(language, check)).join(', ') })}</p>}
          <button type="button" class="main" disabled={stops} onClick={() => void done(null)}>{say(again.defects.length === 0 ? 'again.save.none' : 'again.save')}</button>
          <Gone onGone={(reason) => void done(reason)} />
        </>
      )}
    </>
  );
}

async function drop(id: string): Promise<void> {
  const goOn = goAfter();
  await dropReinspection(id);
  goOn('again');
}

/** A piece that nobody can find is said to be gone, with the reason; the service knows how it then counts. */
function Gone({ onGone }: { onGone: (reason: string) => void }): VNode {
  const say = useSay();
  return (
    <details>
      <summary>{say('again.gone')}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const reason = String(new FormData(event.currentTarget).get('gone')).trim();
          if (reason !== '') onGone(reason);
        }}
      >
        <label>{say('decide.reason')}<textarea name="gone" rows={2} maxLength={1000} required /></label>
        <button class="amber">{say('again.gone')}</button>
      </form>
    </details>
  );
}
