import type { VNode } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { defectHint, defectName } from '../words/catalogue';
import { capital, LanguageContext, useSay } from '../words';
import { makerFeedback, makersWithEnough } from './insights';
import { IntervalBars } from './bars';
import { usePolled } from './polled';
import { Trouble } from './trouble';

/** What one weaver may be told of their own pieces. One at a time: there is no table of weavers. */
export function MakerFeedback(): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const makers = usePolled(makersWithEnough);
  const [maker, setMaker] = useState('');
  const { value } = usePolled(async () => (maker === '' ? null : makerFeedback(maker)), [maker]);
  const tip = value?.defects.map(({ code }) => defectHint(language, code)).find((hint) => hint !== '');
  return (
    <section aria-labelledby="maker-title">
      <h2 id="maker-title">{say('desk.maker.title')}</h2>
      <p class="soft">{say('desk.maker.note')}</p>
      <Trouble of={makers.trouble} />
      <label>
        {say('desk.maker')}
        <select name="maker" value={maker} onChange={(event) => setMaker(event.currentTarget.value)}>
          <option value="">–</option>
          {(makers.value ?? []).map((ref) => <option key={ref} value={ref}>{ref}</option>)}
        </select>
      </label>
      {value?.enough === false && <p class="note">{say('desk.maker.few', { n: value.pieces })}</p>}
      {value?.enough && (
        <div class="card" data-maker={value.maker_ref}>
          <h3>{say('desk.maker.pieces', { maker: value.maker_ref, n: value.pieces })}</h3>
          {value.defects.length === 0 && <p class="note good">{say('desk.maker.clean')}</p>}
          <IntervalBars rows={value.defects.slice(0, 5).map(({ code, share }) => ({ label: capital(defectName(language, code)), share }))} />
          {tip !== undefined && <p class="note"><strong>{say('desk.maker.tip')}</strong> {tip}</p>}
        </div>
      )}
    </section>
  );
}
