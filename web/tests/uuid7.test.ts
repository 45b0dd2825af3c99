import { expect, it } from 'vitest';
import { uuid7 } from '../src/piece/uuid7';

it('carries its millisecond, its version and its variant', () => {
  const made = uuid7(0x0192_3456_789a);
  expect(made).toMatch(/^01923456-789a-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('sorts by time and never repeats', () => {
  const made = Array.from({ length: 2000 }, (_, i) => uuid7(1_700_000_000_000 + i));
  expect([...made].sort()).toEqual(made);
  expect(new Set(Array.from({ length: 2000 }, () => uuid7(1))).size).toBe(2000);
});
