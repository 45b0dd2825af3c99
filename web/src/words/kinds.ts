import type { id } from './id';

export type Key = keyof typeof id;
export type Words = Readonly<Record<Key, string>>;
