import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import type { Reinspection } from '../src/piece/reinspection';
import { photo } from '../src/store/pieces';
import { amendReinspection, dropFoundPhoto, dropReinspection, keepFoundPhoto, reinspection, reinspections, takeOver } from '../src/store/reinspections';

const open = (id: string, sequence: number): Reinspection => ({
  id, sequence, piece: `p-${id}`, tag: `T-${id}`, sku: 'WB', purpose: 'sample', state: 'open', defects: [], checks: {}, remark: '', photos: [], photosSent: [], missing: null,
  judgedAt: null, meetsStandard: null, conflict: null,
});

it('takes over what is to be judged again in its order, and lets go what others have judged', async () => {
  await takeOver([open('b', 2), open('a', 1)]);
  expect((await reinspections()).map((each) => each.id)).toEqual(['a', 'b']);
  await takeOver([open('b', 2)]);
  expect(await reinspection('a')).toBeNull();
});

it('keeps what was begun and what was judged on this phone, whatever the server lists', async () => {
  await takeOver([open('c', 3), open('d', 4)]);
  await amendReinspection('c', () => ({ defects: [{ code: 'HOLE', defect_class: 'major' }] }));
  await amendReinspection('d', () => ({ state: 'queued', judgedAt: '2026-11-24T00:00:00Z' }));
  await takeOver([open('c', 3)]);
  expect((await reinspection('c'))!.defects).toHaveLength(1);
  expect((await reinspection('d'))!.state).toBe('queued');
});

it('keeps a photo with the record that names it, and lets both go together', async () => {
  await takeOver([open('e', 5), open('f', 6)]);
  const blob = new Blob(['a photo']);
  for (const sha256 of ['s1', 's2', 's1']) await keepFoundPhoto('e', { sha256, blob });
  await keepFoundPhoto('nobody', { sha256: 's3', blob });
  expect((await reinspection('e'))!.photos).toEqual(['s1', 's2']);
  expect(await photo('nobody', 's3')).toBeNull();
  await amendReinspection('e', () => ({ photosSent: ['s1'] }));
  await dropFoundPhoto('e', 's1'); // the server has it
  await dropFoundPhoto('e', 's2');
  expect([(await reinspection('e'))!.photos, await photo('e', 's2')]).toEqual([['s1'], null]);
  await dropReinspection('e');
  expect(await photo('e', 's1')).toBeNull();
  await keepFoundPhoto('f', { sha256: 's4', blob });
  await takeOver([]);
  expect(await photo('f', 's4')).toBeNull();
});
