import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { beginPiece, discard, dropPhoto, keepPhoto, amend, photo, piece, pieces, piecesTagged, type NewPhoto } from '../src/store/pieces';
import type { View } from '../src/piece/record';

const shot = (view: View, name: string): NewPhoto => ({
  view,
  original: { sha256: `o-${name}`, blob: new Blob([name]) },
  judged: { sha256: `j-${name}`, blob: new Blob([name]) },
});

it('numbers pieces in the order they were begun and finds them by tag', async () => {
  const first = await beginPiece({ tag: 'T1', sku: 'WB', makerRef: null });
  const second = await beginPiece({ tag: 'T2', sku: 'WB', makerRef: 'M-1' });
  expect(second.order).toBe(first.order + 1);
  expect((await pieces()).map((p) => p.tag)).toEqual(['T2', 'T1']);
  expect((await piecesTagged('T1')).map((p) => p.id)).toEqual([first.id]);
});

it('replaces a view that is taken again, bytes and all', async () => {
  const { id } = await beginPiece({ tag: 'T3', sku: 'WB', makerRef: null });
  await keepPhoto(id, shot('top', 'a'));
  await keepPhoto(id, shot('base', 'b'));
  await keepPhoto(id, shot('top', 'c'));
  expect((await piece(id))!.photos.map((p) => [p.view, p.judged])).toEqual([['base', 'j-b'], ['top', 'j-c']]);
  expect(await photo(id, 'o-a')).toBeNull();
  expect((await photo(id, 'j-c'))!.record).toBe(id);
});

it('gives other photos of a piece that the server has another key, and voids the verdict', async () => {
  const begun = await beginPiece({ tag: 'T4', sku: 'WB', makerRef: null });
  await keepPhoto(begun.id, shot('top', 'd'));
  await amend(begun.id, () => ({ state: 'sent', inspection: 'i-1', ready: true }));
  await keepPhoto(begun.id, shot('top', 'e'));
  const after = (await piece(begun.id))!;
  expect([after.state, after.inspection, after.ready]).toEqual(['draft', null, false]);
  expect(after.attempt).not.toBe(begun.attempt);
  expect(after.piece).toBe(begun.piece);
});

it('drops one photo, and a whole draft', async () => {
  const { id } = await beginPiece({ tag: 'T5', sku: 'WB', makerRef: null });
  await keepPhoto(id, shot('closeup', 'f'));
  await keepPhoto(id, shot('closeup', 'g'));
  await dropPhoto(id, (await piece(id))!.photos[0]!);
  expect((await piece(id))!.photos.map((p) => p.judged)).toEqual(['j-g']);
  await discard(id);
  expect([await piece(id), await photo(id, 'j-g')]).toEqual([null, null]);
});

it('keeps the same picture of two pieces apart, and of two views together', async () => {
  const one = await beginPiece({ tag: 'T6', sku: 'WB', makerRef: null });
  const other = await beginPiece({ tag: 'T7', sku: 'WB', makerRef: null });
  await keepPhoto(one.id, shot('top', 'same'));
  await keepPhoto(one.id, shot('base', 'same'));
  await keepPhoto(other.id, shot('top', 'same'));
  await discard(other.id);
  await keepPhoto(one.id, shot('base', 'new'));
  expect(await photo(one.id, 'j-same')).not.toBeNull();
});
