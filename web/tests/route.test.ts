import { afterEach, expect, it, vi } from 'vitest';
import { goAfter } from '../src/parts/route';

afterEach(() => vi.unstubAllGlobals());

it('goes on after a slow save, and pulls nobody back who has gone elsewhere', () => {
  const location = { hash: '#/piece/1/verdict' };
  vi.stubGlobal('location', location);
  const goOn = goAfter();
  goOn('piece', '1');
  expect(location.hash).toBe('/piece/1');
  const late = goAfter();
  location.hash = '#/';
  late('piece', '1', 'photos');
  expect(location.hash).toBe('#/');
});
