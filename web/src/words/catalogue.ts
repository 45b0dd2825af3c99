/** Words about defects and rules: the service's own (`qc/standards/words.py`), taken over at build time. */
import { catalogues, defects, type Catalogue } from 'virtual:catalogues';
import type { Reason } from '../piece/record';
import { capital, type Language } from './index';

type Group = 'views' | 'checks' | 'kinds' | 'materials' | 'severities';

const GROUP_OF: Readonly<Record<string, Group>> = {
  check: 'checks',
  kind: 'kinds',
  wanted_kinds: 'kinds',
  material: 'materials',
  wanted_materials: 'materials',
};

/** The name of a defect code; the code itself where the taxonomy of this build does not know it. */
export function defectName(language: Language, code: string): string {
  return defects[code]?.name[language] ?? code;
}

/** What the weaver can do about a defect; empty where nothing is known to help. */
export function defectHint(language: Language, code: string): string {
  return defects[code]?.hint[language] ?? '';
}

/** The name of a hand check; a name of somebody's own standard is shown as it is written. */
export function checkName(language: Language, check: { readonly name: string }): string {
  return word(catalogues[language], 'checks', check.name);
}

/** The name of a class of defects, or of a severity. */
export function severityName(language: Language, severity: string): string {
  return word(catalogues[language], 'severities', severity);
}

function word(words: Catalogue, group: Group, key: string): string {
  return words[group][key] ?? key.replaceAll('_', ' ');
}

/** Of a piece whose tag is not known here: the end of its id, as it stands wherever a tag is missing. */
export function shortId(piece: string): string {
  return piece.slice(-8);
}

/**
 * A reason in plain words. A rule that this build does not know shows its id: never nothing.
 * Another piece that it speaks of is called by `other`, its tag, where the screen knows it.
 */
export function reasonWords(language: Language, reason: Reason, other: string | null = null): string {
  const words = catalogues[language];
  const sentence = words.reasons[reason.rule];
  if (sentence === undefined) return [reason.code ? defectName(language, reason.code) : '', reason.rule].filter(Boolean).join(': ');
  const values = new Map(Object.entries(reason.params ?? {}).map(([name, value]) => [name, shown(words, name, value)]));
  if (reason.code) values.set('defect', defectName(language, reason.code));
  values.set('view', reason.view ? word(words, 'views', reason.view) : words.any_view);
  if (reason.severity) values.set('severity', word(words, 'severities', reason.severity));
  if (typeof reason.params?.piece === 'string') values.set('piece', other ?? shortId(reason.params.piece));
  const text = sentence.replace(/\{(\w+)\}/g, (whole, name: string) => values.get(name) ?? whole);
  return capital(text);
}

function shown(words: Catalogue, name: string, value: unknown): string {
  const group = GROUP_OF[name];
  const named = (text: string): string => (group === undefined ? text : word(words, group, text));
  if (Array.isArray(value)) return value.map((item) => named(String(item))).join(', ');
  if (typeof value !== 'number') return named(String(value));
  if (['probability', 'act', 'refer'].includes(name)) return `${rounded(100 * value, 0)} %`;
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 2;
  return rounded(value, digits).replace('.', words.decimal_mark);
}

/** Rounded as the service rounds: a tie goes to the even digit. */
function rounded(value: number, digits: number): string {
  const scaled = value * 10 ** digits;
  const floor = Math.floor(scaled);
  const whole = scaled - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(scaled);
  return (whole / 10 ** digits).toFixed(digits);
}
