/** What the service says of drift: charts of each collection point, week by week. */
import { ask } from '../sync/http';

export interface Signal {
  readonly side: 'above' | 'below';
  readonly value: number;
  readonly pieces: number;
  readonly usual: number;
}

export interface ChartWeek {
  /** An ISO week: 2026-W47. */
  readonly week: string;
  readonly pieces: number;
  readonly value: number | null;
  readonly usual: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly signal: Signal | null;
}

export interface Chart {
  /** `exposure`, `grade.A`, `defect.HOLE`, ... */
  readonly chart: string;
  readonly kind: 'measure' | 'share';
  readonly weeks: readonly ChartWeek[];
  /** SHA-256 of photos that show a signal best. */
  readonly photos: readonly string[];
}

export interface Point {
  readonly collection_point: string;
  readonly inspections: number;
  readonly state: 'in_control' | 'signal' | 'learning' | 'too_few';
  /** SHA-256 of photos that are most like what is usual. */
  readonly typical: readonly string[];
  readonly charts: readonly Chart[];
}

export interface Drift {
  readonly week: string;
  readonly points: readonly Point[];
}

const WEEKS_CHARTED = 12;

/** Every collection point in the last week that is over. */
export function lastWeek(): Promise<Drift> {
  return ask<Drift>('/v1/drift');
}

/** One chart of one point through the last twelve weeks; null where there is none. */
export async function chartOverWeeks(point: string, chart: string): Promise<Chart | null> {
  const query = new URLSearchParams({ chart, collection_point: point, weeks: String(WEEKS_CHARTED) });
  const { points } = await ask<Drift>(`/v1/drift?${query}`);
  return points[0]?.charts[0] ?? null;
}

/** The Monday of an ISO week (ISO 8601: week 1 has the year's first Thursday). */
export function mondayOf(week: string): Date {
  const [year = 0, number = 1] = week.split('-W').map(Number);
  const fourth = new Date(Date.UTC(year, 0, 4));
  const weekday = (fourth.getUTCDay() + 6) % 7; // Monday is 0
  return new Date(fourth.getTime() + 86_400_000 * (7 * (number - 1) - weekday));
}
