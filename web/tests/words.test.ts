import { describe, expect, it } from 'vitest';
import { catalogues, say } from '../src/words';

const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

describe('the two catalogues', () => {
  it('have the same keys', () => {
    expect(Object.keys(catalogues.en).sort()).toEqual(Object.keys(catalogues.id).sort());
  });
  it('fill in the same things', () => {
    for (const [key, text] of Object.entries(catalogues.id)) {
      expect([key, ...holes(catalogues.en[key as keyof typeof catalogues.en])]).toEqual([key, ...holes(text)]);
    }
  });
  it('leave no words empty', () => {
    for (const words of Object.values(catalogues)) expect(Object.values(words).filter((text) => text.trim() === '')).toEqual([]);
  });
  it('fill in numbers and names', () => {
    expect(say('id', 'app.waiting', { n: 3 })).toBe('3 menunggu dikirim');
  });
});
