/** An export standard as the service hands it out (`qc/standards/standard.py`): what is good enough, as data. */
import type { Grade, View } from './record';

export interface Band {
  readonly refer: number;
  readonly act: number;
}

export type Severity = 'none' | 'minor' | 'major' | 'critical' | 'hold';
export type SizeName = 'length_mm' | 'length_share' | 'area_share';
export type Bounds = Readonly<Partial<Record<SizeName | 'count', number | null>>>;

export interface DefectRule {
  readonly severity: Severity | null;
  readonly disposition: string | null;
  readonly limits: Bounds | null;
  readonly beyond: Severity | null;
  readonly tolerated: Bounds | null;
  readonly counted: 'each' | 'once';
  readonly band: Band | null;
}

export interface CheckRule {
  readonly code: string;
  /** Further codes of which a passed check clears a photo's doubt. */
  readonly clears?: readonly string[];
  readonly evidence: string;
  readonly required: boolean;
  readonly unit: string | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly warn: number | null;
  readonly dimension: string | null;
}

/** What grade rules count. */
export type Counted = 'critical' | 'major' | 'minor' | 'structural_major' | 'mendable_major' | 'unfixable';

export type GradeRule = { readonly id: string; readonly grade: Grade } & Readonly<Record<`max_${Counted}`, number | null>>;

export interface ExportStandard {
  readonly name: string;
  readonly version: number;
  readonly title: { readonly en: string; readonly id: string };
  readonly product: {
    readonly sku: string | null;
    readonly kinds: readonly string[];
    readonly materials: readonly string[];
    readonly size_mm: Readonly<Record<string, number>>;
    readonly tolerance: { readonly share: number; readonly mm: number } | null;
  };
  readonly views: { readonly required: readonly View[]; readonly disjoint: boolean };
  readonly photo: {
    readonly min_side_px: number;
    readonly min_sharpness: number;
    readonly exposure: readonly [number, number];
    readonly max_clipped_share: number;
    readonly framing: 'whole' | 'any';
    readonly min_piece_share: number;
    readonly max_piece_share: number;
    readonly several_pieces: boolean;
    readonly smallest_defect_mm: number | null;
  };
  readonly bands: { readonly default: Band; readonly woven: Band; readonly defect: Band | null };
  readonly novelty_limit: number;
  readonly defects: Readonly<Record<string, DefectRule>>;
  readonly grades: readonly GradeRule[];
  readonly export_grades: readonly Grade[];
  readonly checks: Readonly<Record<string, CheckRule>>;
}
