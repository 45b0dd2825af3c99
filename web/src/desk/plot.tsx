/** Shares with their intervals, drawn as SVG; the numbers stand in a table beneath, for who would rather read. */
import type { VNode } from 'preact';
import { useSay } from '../words';
import { inWords, type Estimate } from './insights';

export interface Point {
  readonly label: string;
  readonly share: Estimate | null;
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [320, 150, 38, 24, 8];
const STEPS = [0.05, 0.1, 0.2, 0.5, 1];

/** One series: a dot for each share, a line for its interval. An empty place is a week without pieces. */
export function IntervalPlot({ title, points }: { title: string; points: readonly Point[] }): VNode {
  const say = useSay();
  const most = Math.max(...points.map((point) => (point.share === null ? 0 : Math.min(point.share.high, 2 * point.share.rate + 0.1))), 0);
  const top = STEPS.find((step) => step >= most) ?? 1;
  const x = (index: number): number => LEFT + ((WIDTH - LEFT - 6) * (index + 0.5)) / points.length;
  const y = (share: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(share, top) / top);
  const said = points.flatMap(({ label, share }) => (share === null ? [] : [`${label}: ${inWords(share)}`]));
  const every = Math.ceil(points.length / 4);
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      {said.length === 0 ? (
        <p class="soft">{say('desk.nothing')}</p>
      ) : (
        <>
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}. ${said.join('; ')}`}>
            {[0, top / 2, top].map((share) => (
              <g key={share}>
                <line x1={LEFT} x2={WIDTH} y1={y(share)} y2={y(share)} stroke="#b9c0b8" stroke-width="1" />
                <text x={LEFT - 5} y={y(share) + 4} text-anchor="end" font-size="11" fill="#47534c">{`${+(100 * share).toFixed(1)} %`}</text>
              </g>
            ))}
            {points.map(({ label, share }, index) => (
              <g key={label}>
                {index % every === 0 && <text x={x(index)} y={HEIGHT - 7} text-anchor="middle" font-size="11" fill="#47534c">{label}</text>}
                {share !== null && (
                  <>
                    <line x1={x(index)} x2={x(index)} y1={y(share.low)} y2={y(share.high)} stroke="#123f74" stroke-width="2" />
                    <circle cx={x(index)} cy={y(share.rate)} r="4" fill="#123f74" />
                  </>
                )}
              </g>
            ))}
          </svg>
          <details>
            <summary>{say('desk.numbers')}</summary>
            <table>
              <tbody>
                {points.map(({ label, share }) => (
                  <tr key={label}>
                    <th scope="row">{label}</th>
                    <td>{share === null ? '–' : `${inWords(share)}, ${share.found}/${share.inspected}`}</td>
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

/** Named shares under one another, each a bar for its interval with a mark at the estimate, on a scale from 0 to 100 %. */
export function IntervalBars({ rows }: { rows: readonly Point[] }): VNode {
  return (
    <table class="bars">
      <tbody>
        {rows.map(({ label, share }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td>
              {share === null ? (
                '–'
              ) : (
                <>
                  <svg viewBox="0 0 200 18" aria-hidden="true">
                    <rect x="0" y="8" width="200" height="2" fill="#b9c0b8" />
                    <rect x={200 * share.low} y="4" width={Math.max(2, 200 * (share.high - share.low))} height="10" fill="#9db7d8" />
                    <rect x={Math.min(197, 200 * share.rate)} y="1" width="3" height="16" fill="#123f74" />
                  </svg>
                  <span>{inWords(share)}, n = {share.inspected}</span>
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
