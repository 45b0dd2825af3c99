import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { defectName } from '../words/catalogue';
import { capital, LanguageContext, useSay, type Key, type Language, type Say } from '../words';
import { ControlChart } from './control-chart';
import { chartOverWeeks, type Chart, type Point, type Signal } from './drift-data';
import { usePolled } from './polled';
import { troubleWords } from './trouble';

const SHOWN_PHOTOS = 3;
const IN_PERCENT = new Set(['exposure']); // a measure from 0 to 1

/** One figure that left its usual range: what it is now, its weeks, photos of then and now, and what to look at first. */
export function Alarm({ point, chart, signal }: { point: Point; chart: Chart; signal: Signal }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const weeks = usePolled(() => chartOverWeeks(point.collection_point, chart.chart), [point.collection_point, chart.chart]);
  const title = titleOf(chart, language, say);
  const shown = (value: number): string => figure(chart, value, language);
  return (
    <article class="alarm" data-chart={chart.chart}>
      <div>
        <h4>{title}</h4>
        <p class="figure"><strong>{shown(signal.value)}</strong> <span class={`side ${signal.side}`}>{say(`desk.drift.${signal.side}`)}</span></p>
        <p class="soft">{say('desk.drift.usually', { usual: shown(signal.usual), n: signal.pieces })}</p>
        <p>{say(adviceOn(chart.chart))}</p>
      </div>
      {weeks.value !== null && <ControlChart chart={weeks.value} title={title} shown={shown} />}
      {weeks.value === null && <p class="soft chart">{weeks.trouble === null ? say('app.loading') : troubleWords(say, weeks.trouble)}</p>}
      {chart.photos.length > 0 && (
        <div class="then-and-now">
          <Photos caption={say('desk.drift.then')} photos={point.typical} />
          <Photos caption={say('desk.drift.now')} photos={chart.photos} />
        </div>
      )}
    </article>
  );
}

function Photos({ caption, photos }: { caption: string; photos: readonly string[] }): VNode | null {
  if (photos.length === 0) return null;
  return (
    <figure>
      <figcaption>{caption}</figcaption>
      <div>{photos.slice(0, SHOWN_PHOTOS).map((sha256) => <a key={sha256} href={`/v1/photos/${sha256}`} target="_blank" rel="noopener"><img src={`/v1/photos/${sha256}`} alt={caption} loading="lazy" /></a>)}</div>
    </figure>
  );
}

function titleOf(chart: Chart, language: Language, say: Say): string {
  const [group, name = ''] = chart.chart.split('.');
  if (group === 'defect') return say('desk.chart.defect', { defect: capital(defectName(language, name)) });
  return group === 'grade' ? say('desk.chart.grade', { grade: say(`verdict.${name}` as Key) }) : say(`desk.chart.${chart.chart}` as Key);
}

/** What to look at first; one sentence for all defects, and one for all grades. */
function adviceOn(chart: string): Key {
  return `desk.drift.do.${chart.split('.')[0]}` as Key;
}

/** A figure with its unit, as the language writes numbers. */
function figure(chart: Chart, value: number, language: Language): string {
  if (chart.kind === 'share' || IN_PERCENT.has(chart.chart)) return `${Math.round(100 * value)} %`;
  const digits = chart.chart === 'sharpness' ? 0 : chart.chart === 'megapixels' ? 1 : 2;
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
