import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { PieceRecord } from '../piece/record';
import { goAfter } from '../parts/route';
import { Scanner } from '../parts/scanner';
import { TAG, tagIn } from '../photo/tags';
import { fact } from '../store/facts';
import { beginPiece, piecesTagged } from '../store/pieces';
import { useSay, type Key } from '../words';

/** Scan or type the piece's tag, and begin the piece. A tag that this phone has used asks whether it is the same piece. */
export function Tag(): VNode {
  const say = useSay();
  const [scanning, setScanning] = useState(false);
  const [tag, setTag] = useState('');
  const [maker, setMaker] = useState('');
  const [consents, setConsents] = useState(false);
  const [objects, setObjects] = useState(false);
  const [trouble, setTrouble] = useState<Key | null>(null);
  const [before, setBefore] = useState<PieceRecord | null>(null);
  const beginning = useRef(false); // a thumb that taps twice begins one piece

  const begin = async (wanted: string): Promise<void> => {
    if (wanted === '') return setTrouble('tag.empty');
    if (!TAG.test(wanted)) return setTrouble('tag.bad');
    const goOn = goAfter();
    const earlier = (await piecesTagged(wanted))[0] ?? null;
    if (earlier !== null && earlier.state === 'draft') return goOn('piece', earlier.id, 'photos');
    if (earlier !== null) return setBefore(earlier);
    await start(wanted, maker.trim() || null, null, objects);
  };
  const start = async (wanted: string, makerRef: string | null, same: PieceRecord | null = null, appeal = false): Promise<void> => {
    const goOn = goAfter();
    const sku = same?.sku ?? (await fact('product'));
    if (sku === null) return goOn('product');
    if (beginning.current) return;
    beginning.current = true;
    const record = await beginPiece({ tag: wanted, sku, makerRef, consentedAt: consents && makerRef !== null ? new Date().toISOString() : null, appeal, piece: same?.piece ?? null });
    goOn('piece', record.id, 'photos');
  };

  if (before !== null) {
    return (
      <>
        <h1>{say('piece.title', { tag: before.tag })}</h1>
        <p class="note warn" role="alert">{say('tag.used', { state: say(`state.${before.state}`) })}</p>
        <button type="button" class="main" onClick={() => void start(before.tag, before.makerRef, before)}>{say('tag.again')}</button>
        <button type="button" onClick={() => void start(before.tag, before.makerRef, before, true)}>{say('tag.appeal')}</button>
        <button type="button" class="quiet" onClick={() => (setBefore(null), setTag(''))}>{say('tag.other')}</button>
      </>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void begin(tag.trim());
      }}
    >
      <h1>{say('tag.title')}</h1>
      {scanning && (
        <Scanner
          label={say('tag.scan')}
          onCode={(text) => {
            setScanning(false);
            const found = tagIn(text);
            if (found === null) return setTrouble('tag.bad');
            setTag(found);
            setTrouble(null);
          }}
        />
      )}
      <button type="button" onClick={() => setScanning(!scanning)}>{say(scanning ? 'tag.camera.stop' : 'tag.camera.start')}</button>
      {trouble && <p class="note bad" role="alert">{say(trouble)}</p>}
      <label>
        {say('tag.type')}
        <input name="tag" autocomplete="off" autocapitalize="characters" enterkeyhint="go" value={tag} onInput={(e) => setTag(e.currentTarget.value)} />
      </label>
      <label>
        {say('tag.maker')}
        <input name="maker" autocomplete="off" autocapitalize="none" value={maker} onInput={(e) => setMaker(e.currentTarget.value)} />
      </label>
      {maker.trim() !== '' && (
        <label class="tick">
          <input type="checkbox" name="consent" checked={consents} onChange={(e) => setConsents(e.currentTarget.checked)} />
          {say('tag.consent')}
        </label>
      )}
      <label class="tick">
        <input type="checkbox" name="appeal" checked={objects} onChange={(e) => setObjects(e.currentTarget.checked)} />
        {say('tag.objects')}
      </label>
      <button class="main">{say('tag.start')}</button>
    </form>
  );
}
