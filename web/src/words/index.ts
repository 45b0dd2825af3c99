/** Words of the app in the chosen language. Words about defects and rules are the service's own: see `catalogue.ts`. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { en } from './en';
import { id } from './id';
import type { Key, Words } from './kinds';

export type Language = 'id' | 'en';
export type { Key };
export type Fill = Readonly<Record<string, string | number>>;

export const catalogues: Readonly<Record<Language, Words>> = { id, en };

/** The words of `key`, with `{name}` filled in. */
export function say(language: Language, key: Key, fill: Fill = {}): string {
  return catalogues[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(fill[name] ?? whole));
}

export const LanguageContext = createContext<Language>('id');

export type Say = (key: Key, fill?: Fill) => string;

/** A function that speaks the screen's language. */
export function useSay(): Say {
  const language = useContext(LanguageContext);
  return (key, fill) => say(language, key, fill);
}

/** A moment as people write it where the language is spoken: day, month, year, hours and minutes. */
export function moment(language: Language, at: string): string {
  return new Date(at).toLocaleString(language === 'en' ? 'en-GB' : 'id-ID', { dateStyle: 'medium', timeStyle: 'short' });
}

/** The time of what happened today, the day of what happened before: 14.13, or 16 Nov. */
export function timeOrDay(language: Language, at: string): string {
  const date = new Date(at);
  const form: Intl.DateTimeFormatOptions = date.toDateString() === new Date().toDateString() ? { timeStyle: 'short' } : { day: 'numeric', month: 'short' };
  return date.toLocaleString(language === 'en' ? 'en-GB' : 'id-ID', form);
}

/** A day as people write it there, without its year: 16 Nov. `date` is midnight UTC. */
export function day(language: Language, date: Date): string {
  return date.toLocaleDateString(language === 'en' ? 'en-GB' : 'id-ID', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** With a capital letter at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
