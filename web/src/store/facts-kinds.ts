import type { Product } from '../piece/product';
import type { Language } from '../words';

/** Who is signed in on this phone, as the server said last. The session itself is a cookie that no script can read. */
export interface Person {
  readonly pseudonym: string;
  readonly role: string;
  readonly organisation: string;
  readonly collectionPoint: string | null;
  /** Sent back in a header with every change, so that another site's form cannot speak for this person. */
  readonly csrf: string;
}

export interface Facts {
  language: Language;
  person: Person;
  product: string;
  products: readonly Product[];
  originalsOnMobileData: boolean;
  lastSync: string;
  /** What the measuring mat's 100 mm bar measures with a ruler. */
  barMm: number;
}

/** Whether the desk is for this person. */
export function supervises(person: Person | null): boolean {
  return person?.role === 'supervisor' || person?.role === 'admin';
}
