import type { VNode } from 'preact';
import { useContext, useState } from 'preact/hooks';
import type { MatPhoto } from '../piece/measurement';
import type { Check } from '../piece/product';
import type { CheckValue, PieceRecord } from '../piece/record';
import { uuid7 } from '../piece/uuid7';
import { Shutter } from '../parts/shutter';
import { Sizes } from '../parts/sizes';
import { withCheck } from '../parts/checks';
import { decodedSize, develop } from '../photo/darkroom';
import { useLive } from '../store/changes';
import { isFull } from '../store/database';
import { fact, setFact } from '../store/facts';
import { keepMatPhoto, matPhotoOf } from '../store/mat';
import { amend } from '../store/pieces';
import { LanguageContext, useSay } from '../words';

/** Whether a photo from above can show the size that a check asks for; a height it cannot. */
export function onTheMat(check: Check): boolean {
  return check.dimension !== null && check.dimension !== 'height';
}

const NOMINAL_BAR_MM = 100;
const [SHORTEST_MM, LONGEST_MM] = [85, 115]; // further off, the mat was printed on the wrong paper

/** Photograph the piece on the measuring mat. The server measures; without a signal the photo waits, and that is said. */
export function Mat({ record }: { record: PieceRecord }): VNode {
  const say = useSay();
  const taken = useLive(() => matPhotoOf(record.id), [record.id]);
  const bar = useLive(async () => ({ mm: (await fact('barMm')) ?? NOMINAL_BAR_MM }));
  const product = useLive(() => fact('products'))?.find((p) => p.sku === record.sku);
  const [again, setAgain] = useState(false);
  const [alarm, setAlarm] = useState<string | null>(null);
  const keep = async (shoot: () => Promise<Blob>): Promise<void> => {
    setAlarm(null);
    try {
      const { judged } = await develop(await shoot());
      const size = await decodedSize(judged.blob);
      await keepMatPhoto({
        id: uuid7(), record: record.id, sku: record.sku, takenAt: new Date().toISOString(), photo: judged.blob, ...size,
        barMm: bar?.mm ?? NOMINAL_BAR_MM, state: 'queued', measured: null, refusal: null,
      });
      setAgain(false);
    } catch (error) {
      if (isFull(error)) setAlarm(say('room.full'));
      else setAlarm((error as Error).name === 'UnreadablePhoto' ? say('capture.unreadable') : say('app.broken', { detail: (error as Error).message }));
    }
  };
  const shooting = again || taken === null;
  return (
    <>
      <h1>{say('mat.title', { tag: record.tag })}</h1>
      {alarm !== null && <p class="note bad" role="alert">{alarm}</p>}
      {shooting && (
        <>
          <ol>{(['lay', 'above', 'all'] as const).map((step) => <li key={step}>{say(`mat.how.${step}`)}</li>)}</ol>
          {bar !== null && <Bar mm={bar.mm} />}
          <Shutter label={say('mat.title', { tag: record.tag })} onPhoto={keep} />
        </>
      )}
      {!shooting && taken !== null && (
        <>
          <Sizes taken={taken} />
          {product !== undefined && <Record record={record} taken={taken} checks={product.checks} />}
          <button type="button" class="quiet" onClick={() => setAgain(true)}>{say('mat.again')}</button>
        </>
      )}
      <a class="button" href={`#/piece/${record.id}/verdict`}>{say('mat.back')}</a>
    </>
  );
}

/** What the mat's bar measures with a ruler: printers shrink. It is asked once and kept. */
function Bar({ mm }: { mm: number }): VNode {
  const say = useSay();
  const [text, setText] = useState(String(mm));
  const value = Number(text.replace(',', '.'));
  const fits = value >= SHORTEST_MM && value <= LONGEST_MM;
  return (
    <>
      <label>
        {say('mat.bar')}
        <input
          name="bar"
          inputMode="decimal"
          autocomplete="off"
          value={text}
          aria-invalid={!fits}
          onInput={(e) => {
            setText(e.currentTarget.value);
            const typed = Number(e.currentTarget.value.replace(',', '.'));
            if (typed >= SHORTEST_MM && typed <= LONGEST_MM) void setFact('barMm', typed);
          }}
        />
      </label>
      {!fits && <p class="note warn" role="alert">{say('mat.bar.wrong', { low: SHORTEST_MM, high: LONGEST_MM })}</p>}
    </>
  );
}

/** A person enters what was read as the hand check that it is, with its doubt; a size that is not sure is for the tape. */
function Record({ record, taken, checks }: { record: PieceRecord; taken: MatPhoto; checks: readonly Check[] }): VNode | null {
  const say = useSay();
  const language = useContext(LanguageContext);
  const tenths = (mm: number): number => Math.round(10 * mm) / 10;
  const sure = (taken.measured?.checks ?? []).flatMap((size) => {
    const check = checks.find(({ dimension }) => dimension === size.dimension);
    if (check === undefined || size.decision === 'measure_by_tape') return [];
    return [{ name: check.name, value: { value: tenths(size.value_mm), uncertainty: tenths(size.u_mm) } }];
  });
  if (sure.length === 0 || record.decision !== null) return null;
  const isEntered = (given: CheckValue | undefined, mm: number): boolean => typeof given === 'object' && 'value' in given && given.value === mm;
  if (sure.every(({ name, value }) => isEntered(record.checks[name], value.value))) return <p class="note" role="status">{say('mat.entered')}</p>;
  const enter = (): void =>
    void amend(record.id, (now) => ({ checks: sure.reduce((all, { name, value }) => withCheck(all, name, value), now.checks) }));
  const list = sure.map(({ value }) => `${value.value.toLocaleString(language)} mm`).join(' · ');
  return <button type="button" class="main" onClick={enter}>{say('mat.enter', { list })}</button>;
}
