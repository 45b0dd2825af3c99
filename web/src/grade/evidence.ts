/** What the model saw, as `qc/standards/evidence.py` has it. No opinion: grades come from a standard. */
import type { Box, View } from '../piece/record';
import type { Band } from '../piece/standard';

export interface Detection {
  readonly code: string;
  readonly probability: number;
  readonly box: Box;
  readonly area_share: number;
  readonly length_share: number;
}

export interface Quality {
  readonly sharpness: number;
  readonly exposure: number;
  readonly clipped_share: number;
  readonly piece_found: boolean;
  readonly piece_share: number;
  readonly pieces: number;
  readonly smallest_defect_px: number;
}

export interface PhotoEvidence {
  readonly view: View | null;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly woven: number;
  readonly kind: string | null;
  readonly kind_probability: number;
  readonly material: string | null;
  readonly material_probability: number;
  readonly defect_probability: number;
  readonly detections: readonly Detection[];
  readonly quality: Quality;
  readonly novelty: number;
}

export interface Evidence {
  readonly photos: readonly PhotoEvidence[];
  readonly model: string;
  /** The model's own decision bands, by defect code and by `woven` and `defect`. */
  readonly bands: Readonly<Record<string, Band>>;
}
