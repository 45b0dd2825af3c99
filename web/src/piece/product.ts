/** A product as the inspector chooses it: a standard with a SKU, and its hand checks with their limits worked out. */
import type { ExportStandard } from './standard';
import type { View } from './record';

export interface Check {
  readonly name: string;
  /** The defect that a failed check shows. */
  readonly code: string;
  readonly required: boolean;
  /** A measurement has a unit; a look or a feel has none. */
  readonly unit: string | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The size that it measures, as the standard names it: length, width, top_diameter, height. */
  readonly dimension: string | null;
}

export interface Product {
  readonly sku: string;
  readonly name: { readonly en: string; readonly id: string };
  readonly views: readonly View[];
  readonly checks: readonly Check[];
  readonly standard: ExportStandard;
}

/** The product of a standard; null for a standard without a SKU, which grades and never logs. */
export function productOf(standard: ExportStandard): Product | null {
  if (standard.product.sku === null) return null;
  const { size_mm: sizes, tolerance } = standard.product;
  const checks = Object.entries(standard.checks).map(([name, rule]): Check => {
    const nominal = rule.dimension === null ? undefined : sizes[rule.dimension];
    const deviation = nominal === undefined || tolerance === null ? null : Math.max(nominal * tolerance.share, tolerance.mm);
    const [low, high] = deviation === null || nominal === undefined ? [rule.min, rule.max] : [nominal - deviation, nominal + deviation];
    return { name, code: rule.code, required: rule.required, unit: rule.unit, low, high, dimension: rule.dimension };
  });
  return { sku: standard.product.sku, name: standard.title, views: standard.views.required, checks, standard };
}
