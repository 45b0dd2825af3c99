/** The phone's own verdict: provisional, kept with the bundle's hash, compared with the server's when that comes. */
import type { Product } from '../piece/product';
import type { Provisional } from '../piece/record';
import { darkroom } from '../photo/darkroom';
import type { Examined, Shot } from '../photo/darkroom.worker';
import { amend, photo, piece } from '../store/pieces';
import { applyStandard } from './verdict';

/** Bring the model into memory while the person aims, so that the first photo does not wait for it. */
export function warmUp(): void {
  void darkroom()('warm', null).catch(() => undefined);
}

/** Look at a photo ahead of the verdict, while the next view is taken. What goes wrong will be told with the verdict. */
export function lookAhead(shot: Shot): void {
  void darkroom()<Examined | null>('examine', [shot]).catch(() => undefined);
}

/** Judge a piece's photos on the phone and keep the verdict. False when there is no model on the phone. */
export async function judgeOnPhone(id: string, product: Product): Promise<boolean> {
  const record = await piece(id);
  if (record === null) return false;
  const photos = await Promise.all(
    record.photos.map(async ({ judged, view }): Promise<Shot> => ({ judged: (await photo(id, judged))!.blob, view, sha256: judged })),
  );
  const examined = await darkroom()<Examined | null>('examine', photos);
  if (examined === null) return false;
  const evidence = { photos: examined.photos, model: examined.model, bands: examined.bands };
  const verdict = applyStandard(product.standard, evidence, {}, examined.bands);
  const provisional: Provisional = { ...verdict, bundle: examined.bundle, ms: Math.round(examined.ms) };
  // Other photos may have been taken meanwhile: a verdict belongs to the photos it was made from.
  await amend(id, (now) => (now.photos === record.photos || sameShas(now.photos, record.photos) ? { provisional, evidence } : {}));
  return true;
}

function sameShas(one: readonly { judged: string }[], other: readonly { judged: string }[]): boolean {
  return one.length === other.length && one.every((taken, i) => taken.judged === other[i]!.judged);
}
