/** Shares with their intervals week by week, drawn as SVG; the numbers stand in a table beneath, for who would rather read. */
import type { VNode } from 'preact';
import { useContext } from 'preact/hooks';
import { day, LanguageContext, useSay } from '../words';
import { inWords, type Estimate } from './insights';

export interface WeekShare {
  /** Its Monday: 2026-11-23. */
  readonly begins: string;
  readonly share: Estimate | null;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP] = [420, 190, 52, 10, 26, 12];
const STEPS = [0.05, 0.1, 0.2, 0.5, 1];

/** One series: a dot for each share, a line for its interval; the week that still runs is hollow. No dot: no pieces. */
export function IntervalPlot({ title, weeks }: { title: string; weeks: readonly WeekShare[] }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const label = (week: WeekShare): string => day(language, new Date(week.begins));
  const most = Math.max(...weeks.map(({ share }) => (share === null ? 0 : Math.min(share.high, 2 * share.rate + 0.1))), 0);
  const top = STEPS.find((step) => step >= most) ?? 1;
  const x = (index: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * (index + 0.5)) / weeks.length;
  const y = (share: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(share, top) / top);
  const said = weeks.flatMap((week) => (week.share === null ? [] : [`${label(week)}: ${inWords(week.share)}`]));
  const every = Math.ceil(weeks.length / 4);
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      {said.length === 0 ? (
        <p class="soft">{say('desk.nothing')}</p>
      ) : (
        <>
          <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}. ${said.join('; ')}`}>
            {[0, top / 2, top].map((share) => (
              <g key={share}>
                <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(share)} y2={y(share)} />
                <text x={LEFT - 6} y={y(share) + 5} text-anchor="end">{`${+(100 * share).toFixed(1)} %`}</text>
              </g>
            ))}
            {weeks.map((week, index) => (
              <g key={week.begins}>
                {(weeks.length - 1 - index) % every === 0 && <text x={x(index)} y={HEIGHT - 7} text-anchor="middle">{label(week)}</text>}
                {week.share !== null && (
                  <>
                    <line class="interval" x1={x(index)} x2={x(index)} y1={y(week.share.low)} y2={y(week.share.high)} />
                    <circle class={index === weeks.length - 1 ? 'dot running' : 'dot'} cx={x(index)} cy={y(week.share.rate)} r="5" />
                  </>
                )}
              </g>
            ))}
          </svg>
          <details>
            <summary>{say('desk.numbers')}</summary>
            <table>
              <tbody>
                {weeks.map((week) => (
                  <tr key={week.begins}>
                    <th scope="row">{label(week)}</th>
                    <td>{week.share === null ? '–' : `${inWords(week.share)}, ${week.share.found}/${week.share.inspected}`}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </>
      )}
    </figure>
  );
}
