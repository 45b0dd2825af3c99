/** Named shares under one another on one scale: a bar for the interval, a mark at the estimate. */
import type { VNode } from 'preact';
import { useSay } from '../words';
import type { Estimate } from './insights';

export interface NamedShare {
  readonly label: string;
  readonly share: Estimate | null;
  /** What else is to be known of it. */
  readonly note?: string;
}

const STEPS = [0.1, 0.2, 0.5, 1];

/** The scale ends where the widest interval does, at a round figure that stands at the end of every bar. */
export function IntervalBars({ rows }: { rows: readonly NamedShare[] }): VNode {
  const say = useSay();
  const widest = Math.max(...rows.map(({ share }) => share?.high ?? 0));
  const end = STEPS.find((step) => step >= widest) ?? 1;
  const at = (share: number): string => `${(100 * share) / end}%`;
  const percent = (share: number): string => `${+(100 * share).toFixed(share < 0.095 ? 1 : 0)} %`;
  return (
    <dl class="bars">
      {rows.map(({ label, share, note }) => (
        <div key={label}>
          <dt>{label}</dt>
          {share === null ? (
            <dd class="soft">{say('desk.rates.unknown')}</dd>
          ) : (
            <dd>
              <strong>{percent(share.rate)}</strong> <span>{say('desk.interval', { low: percent(share.low), high: percent(share.high), n: share.inspected })}</span>
              <svg class="share" aria-hidden="true" width="100%" height="26">
                <rect class="rail" x="0" y="8" width="100%" height="10" rx="5" />
                <rect class="range" x={at(share.low)} y="5" width={at(share.high - share.low)} height="16" rx="3" />
                <svg x={at(share.rate)} overflow="visible"><rect class="mark" x="-2" y="1" width="5" height="24" rx="2" /></svg>
              </svg>
              <span class="ends soft" aria-hidden="true"><span>0 %</span><span>{percent(end)}</span></span>
            </dd>
          )}
          {note !== undefined && <dd class="soft">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
