import type { VNode } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { MatPhoto, SizeDecision } from '../piece/measurement';
import { LanguageContext, useSay } from '../words';

const TONE: Readonly<Record<SizeDecision, string>> = { pass: 'A', fail: 'reject', measure_by_tape: 'referred' };
const LINES = ['#b3001b', '#123f74', '#0b4f36', '#7a4100'];

/** What was read from a photo on the mat: decision in large type, sizes with their doubt, and where they were taken. */
export function Sizes({ taken }: { taken: MatPhoto }): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const number = (mm: number): string => mm.toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  if (taken.state === 'queued') {
    return (
      <>
        <p class="note warn" role="status" data-mat="queued">{say(navigator.onLine ? 'mat.measuring' : 'mat.waiting')}</p>
        <Drawn taken={taken} />
      </>
    );
  }
  if (taken.state === 'refused') {
    const { reason, detail } = taken.refusal!;
    const known = REASONS.find((each) => each === reason);
    return (
      <>
        <p class="note bad" role="alert" data-mat="refused">{known === undefined ? say('mat.refused', { detail }) : say(`mat.refused.${known}`)}</p>
        <Drawn taken={taken} />
      </>
    );
  }
  const { measurement, checks, decision } = taken.measured!;
  const named = (dimension: string): string => {
    const known = SIZES.find((each) => each === dimension);
    return known === undefined ? dimension.replaceAll('_', ' ') : say(`mat.size.${known}`);
  };
  return (
    <>
      {decision !== null && (
        <div class={`verdict ${TONE[decision]}`} role="status" data-mat={decision}>
          <span class="source">{say('mat.server')}</span>
          <strong>{say(`mat.${decision}`)}</strong>
          {decision === 'measure_by_tape' && <p>{say('mat.tape.why')}</p>}
        </div>
      )}
      <table>
        <tbody>
          {checks.map((check, index) => (
            <tr key={index}>
              <th scope="row">{named(check.dimension)}</th>
              <td>
                <strong>{number(check.value_mm)} ± {number(check.u_mm)} mm</strong>
                <br />
                <span class="soft">{say('mat.wanted', { mm: number(check.nominal_mm), tolerance: number(check.tolerance_mm) })}</span>
                <br />
                {say(`mat.${check.decision}`)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Drawn taken={taken} />
      <p class="soft"><small>{say('mat.board', { board: measurement.board_id, bar: number(taken.barMm) })}</small></p>
    </>
  );
}

const REASONS = [
  'no_mat', 'too_few_markers', 'several_mats', 'mat_not_flat', 'tilted', 'no_piece', 'several_pieces', 'cut_off', 'outside_hull', 'touches_marker',
  'outline_unclear', 'height_unknown', 'not_above', 'too_close', 'print_scale',
] as const;
const SIZES = ['length', 'width', 'diameter', 'top_diameter', 'rim_diameter'] as const;

/** The photo with the piece's outline and the lines along which it was measured. */
function Drawn({ taken }: { taken: MatPhoto }): VNode | null {
  const say = useSay();
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(taken.photo);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [taken.id]);
  if (url === null) return null;
  const { width, height } = taken;
  const unit = Math.max(width, height) / 100;
  const { measurement, checks } = taken.measured ?? { measurement: null, checks: [] };
  // Lines only of what is compared: a size's name in the measurement is the shape's, in the check the standard's.
  const lines = (measurement?.sizes ?? []).filter((size) => checks.length === 0 || checks.some((check) => check.value_mm === size.value_mm));
  return (
    <svg class="photo" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={say('mat.picture')}>
      <image href={url} width={width} height={height} />
      {measurement !== null && <polygon points={measurement.outline_px.map((p) => p.join(',')).join(' ')} fill="none" stroke="#ffd400" stroke-width={0.5 * unit} />}
      {lines.map(({ name, value_mm: mm, line_px: [[x0, y0], [x1, y1]] }, index) => (
        <g key={name}>
          <line x1={x0} y1={y0} x2={x1} y2={y1} stroke="#fff" stroke-width={1.3 * unit} />
          <line x1={x0} y1={y0} x2={x1} y2={y1} stroke={LINES[index % LINES.length]} stroke-width={0.7 * unit} />
          <text
            x={x0 + (x1 - x0) * 0.3} y={y0 + (y1 - y0) * 0.3} text-anchor="middle" font-size={4.5 * unit} font-weight="700"
            fill={LINES[index % LINES.length]} stroke="#fff" stroke-width={1.2 * unit} paint-order="stroke"
          >
            {Math.round(mm)}
          </text>
        </g>
      ))}
    </svg>
  );
}
