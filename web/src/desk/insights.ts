/** Figures that the desk reads: weeks, rates, lots, and what a weaver may be told. */
import { ask } from '../sync/http';
import type { Language } from '../words';

/** A share with its interval, as the service estimates it (Clopper-Pearson, 95 %). */
export interface Estimate {
  readonly found: number;
  readonly inspected: number;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

export interface Week {
  /** Its Monday: 2026-11-23. */
  readonly begins: string;
  readonly inspections: number;
  readonly pieces: number;
  readonly retakes: Estimate | null;
  readonly referred: Estimate | null;
  readonly phone_disagreed: Estimate | null;
  readonly defects: Readonly<Record<string, Estimate>>;
}

export interface Insights {
  readonly codes: readonly string[];
  readonly weeks: readonly Week[];
}

export const WEEKS = 8;

export function deskInsights(): Promise<Insights> {
  return ask<Insights>(`/v1/insights?weeks=${WEEKS}`);
}

export interface Stratum {
  readonly judged: number;
  readonly open: number;
  readonly missed: number;
  readonly rate: Estimate | null;
}

export type Rates = Readonly<Record<'escapes' | 'escapes_in_lots' | 'false_rejects', Stratum>>;

export function deskRates(): Promise<Rates> {
  return ask<Rates>('/v1/rates');
}

export interface Lot {
  readonly id: string;
  readonly number: number;
  readonly batch_id: string;
  readonly batch_number: string;
  readonly sku: string;
  readonly state: string;
  readonly size: number;
  readonly plan: { readonly n: number };
  readonly results: readonly { readonly defect_class: string; readonly accepted: boolean; readonly words: Readonly<Record<Language, string>> }[];
  readonly promises: Readonly<Record<Language, readonly string[]>>;
}

export async function deskLots(): Promise<readonly Lot[]> {
  return (await ask<{ items: readonly Lot[] }>('/v1/lots?limit=10')).items;
}

export interface MakerFeedback {
  readonly maker_ref: string;
  readonly pieces: number;
  readonly enough: boolean;
  readonly defects: readonly { readonly code: string; readonly share: Estimate }[];
}

export async function makersWithEnough(): Promise<readonly string[]> {
  return (await ask<{ items: readonly { maker_ref: string }[] }>('/v1/insights/makers')).items.map((maker) => maker.maker_ref);
}

export function makerFeedback(maker: string): Promise<MakerFeedback> {
  return ask<MakerFeedback>(`/v1/insights/makers/${encodeURIComponent(maker)}`);
}

/** A share in words: 12 % (5 to 23 %). */
export function inWords(share: Estimate): string {
  const percent = (value: number): string => (100 * value).toFixed(0);
  return `${percent(share.rate)} % (${percent(share.low)}–${percent(share.high)} %)`;
}
