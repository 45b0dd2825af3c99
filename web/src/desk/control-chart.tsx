import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { day, LanguageContext, useSay } from '../words';
import { mondayOf, type Chart } from './drift-data';

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [420, 190, 52, 10, 10, 26];

interface Props {
  readonly chart: Chart;
  readonly title: string;
  /** Says a figure with its unit. */
  readonly shown: (value: number) => string;
}

/** A figure week by week in the band within which it usually lies; weeks outside it are red diamonds. */
export function ControlChart({ chart, title, shown }: Props): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const weeks = chart.weeks;
  const heights = weeks.flatMap(({ value, low, high }) => [value, low, high].filter((each) => each !== null));
  const [least, most] = [Math.min(...heights), Math.max(...heights)];
  const room = (most - least || Math.abs(most) || 1) * 0.08;
  const [bottom, top] = [chart.kind === 'share' ? Math.max(0, least - room) : least - room, chart.kind === 'share' ? Math.min(1, most + room) : most + room];
  const x = (index: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * (index + 0.5)) / weeks.length;
  const y = (value: number): number => TOP + ((HEIGHT - TOP - BOTTOM) * (top - value)) / (top - bottom || 1);
  const label = (week: string): string => day(language, mondayOf(week));
  const banded = weeks.flatMap(({ low, high, usual }, index) => (low === null || high === null || usual === null ? [] : [{ index, low, high, usual }]));
  const outline = [...banded.map(({ index, high }) => `${x(index)},${y(high)}`), ...[...banded].reverse().map(({ index, low }) => `${x(index)},${y(low)}`)];
  const valued = weeks.flatMap(({ value, week, signal }, index) => (value === null ? [] : [{ value, week, signal, index }]));
  const every = Math.ceil(weeks.length / 4);
  const said = valued.map(({ week, value, signal }) => `${label(week)}: ${shown(value)}${signal === null ? '' : `, ${say('desk.drift.out')}`}`).join('; ');
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}. ${said}`}>
      <polygon class="band" points={outline.join(' ')} />
      <polyline class="usual" points={banded.map(({ index, usual }) => `${x(index)},${y(usual)}`).join(' ')} />
      {[bottom, (bottom + top) / 2, top].map((value) => (
        <g key={value}>
          <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
          <text x={LEFT - 6} y={y(value) + 5} text-anchor="end">{shown(value)}</text>
        </g>
      ))}
      {weeks.map(({ week }, index) => (weeks.length - 1 - index) % every === 0 && <text key={week} x={x(index)} y={HEIGHT - 7} text-anchor={index === weeks.length - 1 ? 'end' : 'middle'} dx={index === weeks.length - 1 ? 14 : 0}>{label(week)}</text>)}
      <polyline class="line" points={valued.map(({ index, value }) => `${x(index)},${y(value)}`).join(' ')} />
      {valued.map(({ index, value, signal }) =>
        signal === null ? (
          <circle key={index} class="dot" cx={x(index)} cy={y(value)} r="4" />
        ) : (
          <path key={index} class="out" d={`M${x(index)} ${y(value) - 9}l9 9l-9 9l-9 -9z`} />
        ),
      )}
    </svg>
  );
}
