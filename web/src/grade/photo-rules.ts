/** What photos must be like before anything is judged, and what makes a person look; as `qc/standards/photo_rules.py`. */
import type { Reason } from '../piece/record';
import type { Band, ExportStandard } from '../piece/standard';
import type { Evidence, PhotoEvidence } from './evidence';

/** Views of a part: sizes against the piece mean nothing there. */
export const CLOSE_VIEWS: ReadonlySet<string | null> = new Set(['closeup', 'corner_1', 'corner_2', 'handle', 'label']);
/** Views that need not show any weave. */
export const OFF_THE_PIECE: ReadonlySet<string | null> = new Set(['label']);

type Params = Readonly<Record<string, unknown>>;

export function about(photo: PhotoEvidence, rule: string, params: Params = {}): Reason {
  return { rule, view: photo.view, photo: photo.sha256, params };
}

export function longestMm(standard: ExportStandard): number | null {
  const sizes = Object.values(standard.product.size_mm);
  return sizes.length === 0 ? null : Math.max(...sizes);
}

/** Why photos must be taken again: none, or the piece is judged. */
export function* retakes(standard: ExportStandard, evidence: Evidence, woven: Band): Generator<Reason> {
  const taken = new Set<string | null>(evidence.photos.map((photo) => photo.view));
  for (const view of standard.views.required) if (!taken.has(view)) yield { rule: 'retake.view_missing', view, params: {} };
  for (const photo of evidence.photos) {
    yield* exposureAndFocus(standard, photo);
    if (OFF_THE_PIECE.has(photo.view)) continue;
    if (photo.woven < woven.refer) yield about(photo, 'retake.no_woven_piece', { probability: photo.woven, refer: woven.refer });
    else if (!CLOSE_VIEWS.has(photo.view)) yield* framing(standard, photo);
  }
}

/** Why a person must look, whatever the defects: the model may not know what it sees. */
export function* doubtsAboutPhotos(standard: ExportStandard, evidence: Evidence, woven: Band): Generator<Reason> {
  for (const photo of evidence.photos) {
    if (OFF_THE_PIECE.has(photo.view)) continue;
    if (woven.refer <= photo.woven && photo.woven < woven.act) yield about(photo, 'doubt.woven', { probability: photo.woven, act: woven.act });
    if (photo.novelty > standard.novelty_limit) yield about(photo, 'doubt.unlike_training', { novelty: photo.novelty, limit: standard.novelty_limit });
  }
  const whole = evidence.photos.filter((photo) => !CLOSE_VIEWS.has(photo.view));
  const { kinds, materials } = standard.product;
  const kind = vote(whole.map((photo) => [photo.kind, photo.kind_probability]));
  if (kind !== null && kinds.length > 0 && !kinds.includes(kind)) yield { rule: 'doubt.kind', params: { kind, wanted_kinds: kinds } };
  const material = vote(whole.map((photo) => [photo.material, photo.material_probability]));
  if (material !== null && materials.length > 0 && !materials.includes(material)) {
    yield { rule: 'doubt.material', code: 'MATERIAL_WRONG', params: { material, wanted_materials: materials } };
  }
}

function* exposureAndFocus({ photo: rules }: ExportStandard, photo: PhotoEvidence): Generator<Reason> {
  const seen = photo.quality;
  const side = Math.min(photo.width, photo.height);
  if (side < rules.min_side_px) yield about(photo, 'retake.photo_too_small', { side_px: side, wanted_px: rules.min_side_px });
  const [darkest, brightest] = rules.exposure;
  if (seen.exposure < darkest) yield about(photo, 'retake.too_dark', { exposure: seen.exposure, wanted: darkest });
  else if (seen.exposure > brightest) yield about(photo, 'retake.too_bright', { exposure: seen.exposure, wanted: brightest });
  if (seen.clipped_share > rules.max_clipped_share) {
    yield about(photo, 'retake.clipped', { percent: 100 * seen.clipped_share, most: 100 * rules.max_clipped_share });
  }
  if (seen.sharpness < rules.min_sharpness) yield about(photo, 'retake.blurred', { sharpness: seen.sharpness, wanted: rules.min_sharpness });
}

function* framing(standard: ExportStandard, photo: PhotoEvidence): Generator<Reason> {
  const rules = standard.photo;
  const seen = photo.quality;
  if (seen.pieces > 1 && !rules.several_pieces) yield about(photo, 'retake.several_pieces', { pieces: seen.pieces });
  if (rules.framing === 'whole') {
    if (!seen.piece_found) {
      yield about(photo, 'retake.piece_not_found');
      return;
    }
    const share = seen.piece_share;
    if (share < rules.min_piece_share) yield about(photo, 'retake.piece_too_small', { percent: 100 * share, wanted: 100 * rules.min_piece_share });
    else if (share > rules.max_piece_share) yield about(photo, 'retake.piece_cut_off', { percent: 100 * share, most: 100 * rules.max_piece_share });
  }
  const longest = longestMm(standard);
  if (rules.smallest_defect_mm !== null && longest !== null && seen.piece_share > 0) {
    // The side of a square of the piece's area is never longer than the piece, so this never promises too much.
    const pxPerMm = Math.sqrt(seen.piece_share * photo.width * photo.height) / longest;
    const promised = seen.smallest_defect_px / pxPerMm;
    if (promised > rules.smallest_defect_mm) yield about(photo, 'retake.too_far', { promised_mm: promised, wanted_mm: rules.smallest_defect_mm });
  }
}

/** The label with the most probability over the views that are sure; ties go to the first by name. */
function vote(votes: readonly (readonly [string | null, number])[]): string | null {
  const sums = new Map<string, number[]>();
  for (const [label, probability] of votes) if (label !== null) sums.set(label, [...(sums.get(label) ?? []), probability]);
  let best: readonly [string, number] | null = null;
  for (const label of [...sums.keys()].sort()) {
    const total = sum(sums.get(label)!);
    if (best === null || total > best[1]) best = [label, total];
  }
  return best?.[0] ?? null;
}

/** Sorted before summing: a sum of floats depends on its order, and the order of photos must not matter. */
export function sum(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b).reduce((total, value) => total + value, 0);
}
