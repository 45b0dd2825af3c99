import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { ask } from '../sync/http';
import { defectName } from '../words/catalogue';
import { LanguageContext, useSay, type Key } from '../words';
import { usePolled } from './polled';

interface Signal {
  readonly side: 'above' | 'below';
  readonly value: number;
  readonly pieces: number;
  readonly usual: number;
}

interface Chart {
  readonly chart: string;
  readonly kind: 'measure' | 'share';
  readonly weeks: readonly { readonly signal: Signal | null }[];
  /** SHA-256 of photos that show a signal best. */
  readonly photos: readonly string[];
}

interface Point {
  readonly collection_point: string;
  readonly inspections: number;
  readonly state: 'in_control' | 'signal' | 'learning' | 'too_few';
  readonly charts: readonly Chart[];
}

interface Drift {
  readonly week: string;
  readonly points: readonly Point[];
}

const SHOWN_PHOTOS = 3;

/** What changed at a collection point last week, against the weeks when the model in service began. */
export function DriftPanel(): VNode {
  const say = useSay();
  const { value, trouble } = usePolled(() => ask<Drift>('/v1/drift'));
  if (trouble !== null) return <p class="note bad">{say('desk.refused', { detail: trouble })}</p>;
  if (value === null) return <p class="soft">{say('app.loading')}</p>;
  return (
    <div data-drift={value.week}>
      <h3>{say('desk.drift', { week: value.week })}</h3>
      {value.points.length === 0 && <p class="soft">{say('desk.drift.none')}</p>}
      {value.points.map((point) => (
        <div class="card" key={point.collection_point}>
          <strong>{point.collection_point}</strong> <span class={point.state === 'signal' ? 'badge conflict' : 'badge'}>{say(`desk.drift.${point.state}`)}</span>
          <p class="soft">{say('desk.drift.inspections', { n: point.inspections })}</p>
          {point.charts.map((chart) => {
            const signal = chart.weeks.at(-1)?.signal ?? null;
            return signal === null ? null : <Alarm key={chart.chart} chart={chart} signal={signal} />;
          })}
        </div>
      ))}
    </div>
  );
}

function Alarm({ chart, signal }: { chart: Chart; signal: Signal }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const shown = (value: number): string => (chart.kind === 'share' ? `${(100 * value).toFixed(0)} %` : value.toPrecision(3));
  const [group, name = ''] = chart.chart.split('.');
  const title = group === 'defect' ? defectName(language, name) : group === 'grade' ? say(`verdict.${name}` as Key) : say(`desk.chart.${chart.chart}` as Key);
  return (
    <>
      <p class="note warn">{say(`desk.drift.${signal.side}`, { title, value: shown(signal.value), usual: shown(signal.usual), n: signal.pieces })}</p>
      <div class="photos">
        {chart.photos.slice(0, SHOWN_PHOTOS).map((sha256) => <img key={sha256} class="photo" src={`/v1/photos/${sha256}`} alt={say('desk.drift.photo', { title })} />)}
      </div>
    </>
  );
}
