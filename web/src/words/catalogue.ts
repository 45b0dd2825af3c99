/** Words about defects and rules: the service's own, taken over at build time, so that phone and server say the same. */
import { defects, sentences } from 'virtual:catalogues';
import type { Reason } from '../piece/record';
import type { Language } from './index';

/** The name of a defect code; the code itself where the taxonomy of this build does not know it. */
export function defectName(language: Language, code: string): string {
  return defects[code]?.name[language] ?? code;
}

/** What the weaver can do about a defect; empty where nothing is known to help. */
export function defectHint(language: Language, code: string): string {
  return defects[code]?.hint[language] ?? '';
}

/** A reason in plain words. A rule that this build does not know shows its id: never nothing. */
export function reasonWords(language: Language, reason: Reason): string {
  const sentence = sentences[language]?.[reason.rule];
  const name = reason.code ? defectName(language, reason.code) : '';
  if (sentence === undefined) return [name, reason.rule].filter(Boolean).join(': ');
  const fill: Record<string, unknown> = { ...reason.params, defect: name };
  return sentence.replace(/\{(\w+)\}/g, (whole, key: string) => String(fill[key] ?? whole));
}

/** The name of a hand check: the catalogue's own words, else the defect that it looks for. */
export function checkName(language: Language, check: { readonly name: string; readonly code: string }): string {
  return sentences[language]?.[`check.${check.name}`] ?? defectName(language, check.code);
}
