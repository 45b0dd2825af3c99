import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { day, LanguageContext, useSay } from '../words';
import { Alarm } from './drift-alarm';
import { lastWeek, mondayOf, type Point } from './drift-data';
import { usePolled } from './polled';
import { Trouble } from './trouble';

const SIX_DAYS = 6 * 86_400_000;

/** What changed at a collection point last week, against the weeks when the model in service began. */
export function DriftPanel(): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const { value, trouble } = usePolled(lastWeek);
  const points = value?.points ?? [];
  const [changed, others] = [points.filter(({ state }) => state === 'signal'), points.filter(({ state }) => state !== 'signal')];
  const monday = value === null ? null : mondayOf(value.week);
  return (
    <section aria-labelledby="drift-title" data-drift={value?.week}>
      <h2 id="drift-title">
        {say('desk.drift')}
        {monday !== null && <span class="soft"> · {day(language, monday)} – {day(language, new Date(monday.getTime() + SIX_DAYS))}</span>}
      </h2>
      <Trouble of={trouble} />
      {value === null && trouble === null && <p class="soft">{say('app.loading')}</p>}
      {value !== null && points.length === 0 && <p class="note">{say('desk.drift.none')}</p>}
      {points.length > 0 && changed.length === 0 && <p class="note good">{say('desk.drift.calm', { n: points.length })}</p>}
      {changed.length > 0 && <Legend />}
      {changed.map((point) => <Changed key={point.collection_point} point={point} />)}
      {others.length > 0 && (
        <ul class="plain calm">
          {others.map((point) => (
            <li key={point.collection_point}>
              <strong>{point.collection_point}</strong> <span class={`badge ${point.state}`}>{say(`desk.drift.${point.state}`)}</span>{' '}
              <span class="soft">{say('desk.drift.inspections', { n: point.inspections })}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Changed({ point }: { point: Point }): VNode {
  const say = useSay();
  return (
    <div class="card" data-point={point.collection_point}>
      <h3>
        {point.collection_point} <span class="badge conflict">{say('desk.drift.signal')}</span>{' '}
        <span class="soft">{say('desk.drift.inspections', { n: point.inspections })}</span>
      </h3>
      {point.charts.map((chart) => {
        const signal = chart.weeks.at(-1)?.signal ?? null;
        return signal === null ? null : <Alarm key={chart.chart} point={point} chart={chart} signal={signal} />;
      })}
    </div>
  );
}

/** What the marks in the charts mean: shapes as well as colours tell them apart. */
function Legend(): VNode {
  const say = useSay();
  return (
    <p class="legend soft">
      <span><svg viewBox="0 0 26 16" aria-hidden="true"><rect class="band" width="26" height="16" /><path class="usual" d="M0 8h26" /></svg>{say('desk.drift.legend.band')}</span>
      <span><svg viewBox="0 0 16 16" aria-hidden="true"><circle class="dot" cx="8" cy="8" r="4" /></svg>{say('desk.drift.legend.week')}</span>
      <span><svg viewBox="0 0 20 20" aria-hidden="true"><path class="out" d="M10 1l9 9l-9 9l-9 -9z" /></svg>{say('desk.drift.out')}</span>
    </p>
  );
}
