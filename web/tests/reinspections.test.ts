import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import type { Reinspection } from '../src/piece/reinspection';
import { amendReinspection, reinspection, reinspections, takeOver } from '../src/store/reinspections';

const open = (id: string, sequence: number): Reinspection => ({
  id, sequence, piece: `p-${id}`, tag: `T-${id}`, sku: 'WB', purpose: 'sample', state: 'open', defects: [], checks: {}, remark: '', missing: null,
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
