/** From detections in several views to the numbers that grade rules look at; as `qc/standards/tally.py`. */
import type { Severity } from '../piece/standard';
import { atLeast, unfixable, type CodeRule } from './code-rules';
import type { Detection, PhotoEvidence } from './evidence';
import { CLOSE_VIEWS, sum } from './photo-rules';

export type Rung = 'minor' | 'major' | 'critical' | 'hold';
const RUNGS: readonly Rung[] = ['minor', 'major', 'critical', 'hold'];

/** A detection that a standard minds, in its photo. */
export interface Sighting {
  readonly photo: PhotoEvidence;
  readonly detection: Detection;
  readonly longestMm: number | null;
}

export interface Excess {
  readonly limit: string;
  readonly found: number;
  readonly allowed: number;
}

export interface CodeTally {
  readonly severities: readonly Severity[];
  readonly excesses: readonly (Excess | null)[];
  readonly counts: Readonly<Record<Rung, number>>;
}

const measurable = (sighting: Sighting): boolean => !CLOSE_VIEWS.has(sighting.photo.view);

/** The defect's size by the names that limits use; empty in a view of a part. */
function sizes(sighting: Sighting): Readonly<Record<string, number>> {
  if (!measurable(sighting)) return {};
  const { length_share, area_share } = sighting.detection;
  return { length_share, area_share, ...(sighting.longestMm === null ? {} : { length_mm: length_share * sighting.longestMm }) };
}

export function tolerated(sighting: Sighting, rule: CodeRule): boolean {
  const bounds = Object.entries(rule.tolerated);
  const size = sizes(sighting);
  return bounds.length > 0 && bounds.every(([name, most]) => size[name] !== undefined && size[name] <= most);
}

const countsAs = (severity: Severity, rung: Rung): boolean => (rung === 'hold' ? severity === 'hold' : atLeast(severity, rung));

/** Faults of one code. A failed check and a photo that shows it mean the same fault: the larger number counts. */
export function tallyCode(rule: CodeRule, sightings: readonly Sighting[], failedChecks: number, disjoint: boolean): CodeTally {
  const everywhere = excessOfPiece(rule, sightings, disjoint);
  const excesses = sightings.map((sighting) => everywhere ?? excessOfLength(rule, sighting));
  const severities = excesses.map((excess) => (excess === null ? rule.severity : rule.beyond));
  const counts: Record<Rung, number> = { minor: 0, major: 0, critical: 0, hold: 0 };
  for (const rung of RUNGS) {
    const here = sightings.map((sighting, i) => [sighting, countsAs(severities[i]!, rung) ? 1 : 0] as const);
    const number = Math.max(Math.trunc(overViews(here, disjoint)), countsAs(rule.severity, rung) ? failedChecks : 0);
    counts[rung] = rule.once ? Math.min(number, 1) : number;
  }
  return { severities, excesses, counts };
}

function excessOfPiece(rule: CodeRule, sightings: readonly Sighting[], disjoint: boolean): Excess | null {
  const { count: most, area_share: widest } = rule.limits;
  if (most !== undefined) {
    const found = overViews(sightings.map((s) => [s, 1]), disjoint);
    if (found > most) return { limit: 'count', found, allowed: most };
  }
  if (widest !== undefined) {
    const found = overViews(sightings.filter(measurable).map((s) => [s, s.detection.area_share]), disjoint);
    if (found > widest) return { limit: 'area_share', found, allowed: widest };
  }
  return null;
}

function excessOfLength(rule: CodeRule, sighting: Sighting): Excess | null {
  const size = sizes(sighting);
  for (const limit of ['length_mm', 'length_share']) {
    const [found, allowed] = [size[limit] ?? 0, rule.limits[limit]];
    if (allowed !== undefined && found > allowed) return { limit, found, allowed };
  }
  return null;
}

/** A photo's sum; the largest photo of each view; then the largest view, or the sum of disjoint ones. */
function overViews(values: readonly (readonly [Sighting, number])[], disjoint: boolean): number {
  const photos = new Map<string, { view: string | null; values: number[] }>();
  for (const [{ photo }, value] of values) {
    const key = `${photo.view ?? ''} ${photo.sha256}`;
    const before = photos.get(key) ?? { view: photo.view, values: [] };
    photos.set(key, { view: photo.view, values: [...before.values, value] });
  }
  const views = new Map<string | null, number>();
  for (const { view, values: ofPhoto } of photos.values()) views.set(view, Math.max(views.get(view) ?? 0, sum(ofPhoto)));
  if (!disjoint) return Math.max(0, ...views.values());
  const close = [...views].filter(([view]) => CLOSE_VIEWS.has(view)).map(([, value]) => value);
  return Math.max(sum([...views].filter(([view]) => !CLOSE_VIEWS.has(view)).map(([, value]) => value)), ...close);
}

/** Faults of a piece over all codes, by what grade rules count. A worse fault counts among the milder too. */
export interface Tally {
  minor: number;
  major: number;
  critical: number;
  structural_major: number;
  mendable_major: number;
  unfixable: number;
  hold: number;
}

export function emptyTally(): Tally {
  return { minor: 0, major: 0, critical: 0, structural_major: 0, mendable_major: 0, unfixable: 0, hold: 0 };
}

export function addTo(tally: Tally, rule: CodeRule, counts: Readonly<Record<Rung, number>>): void {
  tally.minor += counts.minor;
  tally.major += counts.major;
  tally.critical += counts.critical;
  tally.structural_major += rule.structural ? counts.major : 0;
  tally.mendable_major += rule.disposition === 'rework' ? counts.major : 0;
  tally.unfixable += unfixable(rule) ? counts.minor : 0;
  tally.hold += counts.hold;
}
