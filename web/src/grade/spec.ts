/** The parts of bundle.json that grading reads; written by `qc/model/bundle_spec.py`, whose names these are. */

import type { Band } from '../piece/standard';

export interface Platt {
  readonly a: number;
  readonly b: number;
}

export interface PieceSpec {
  readonly threshold: number;
  readonly least_share: number;
  readonly separate_share: number;
}

export interface DetectionSpec {
  readonly levels: readonly number[];
  readonly reach: number;
  readonly top_cells: number;
  readonly on_piece_only: boolean;
  readonly margin_cells: number;
  readonly smallest_cells: number;
}

export interface PreprocessSpec {
  readonly size: number;
  readonly pad: number;
  readonly mean: number;
  readonly std: number;
}

export interface BundleSpec {
  readonly name: string;
  readonly version: string;
  readonly labels: { readonly kinds: readonly string[]; readonly materials: readonly string[]; readonly channels: readonly string[] };
  readonly preprocess: PreprocessSpec;
  readonly outputs: Readonly<Record<'input' | 'woven' | 'defect' | 'kind' | 'material' | 'defects' | 'piece' | 'embedding', string>>;
  readonly calibration: {
    readonly woven: Platt;
    readonly defect: { readonly head: number; readonly peak: number; readonly bias: number };
    readonly kind_temperature: number;
    readonly material_temperature: number;
    readonly channels: Readonly<Record<string, Platt>>;
  };
  readonly thresholds: {
    readonly woven: Band;
    readonly defect: Band;
    readonly kind: number;
    readonly material: number;
    readonly codes: Readonly<Record<string, Band>>;
  };
  readonly detection: DetectionSpec;
  readonly piece: PieceSpec;
  readonly phone?: { readonly file: string } | null;
  readonly novelty: { readonly file: string; readonly reference: number };
  readonly files: Readonly<Record<string, string>>;
}

/** sha256 of the network that phones run, and of what novelty is measured against. */
export function neededFiles(spec: BundleSpec): readonly [model: string, centroids: string] {
  return [spec.files[spec.phone?.file ?? 'model.onnx']!, spec.files[spec.novelty.file]!];
}

/** Name and version, such as anyaman-0.1.0. */
export function title(spec: BundleSpec): string {
  return `${spec.name}-${spec.version}`;
}

/** The bundle's decision bands as a standard takes them: by defect code, and by `woven` and `defect` of the whole photo. */
export function bandsOf({ thresholds }: BundleSpec): Readonly<Record<string, Band>> {
  const plain = ({ refer, act }: Band): Band => ({ refer, act });
  const codes = Object.fromEntries(Object.entries(thresholds.codes).map(([code, band]) => [code, plain(band)]));
  return { ...codes, woven: plain(thresholds.woven), defect: plain(thresholds.defect) };
}
