/** Bytes of a photo that is to be sent. */
import { photo } from '../store/pieces';
import { Refused } from './http';

/** The photo out of the store. Throws Refused with `photo_lost` where the browser has cleared it: a person must know. */
export async function photoBytes(record: string, sha256: string): Promise<Blob> {
  const stored = await photo(record, sha256);
  if (stored === null) throw new Refused(410, 'photo_lost', `the photo ${sha256.slice(0, 12)} is no longer on this phone; take it again`);
  return stored.blob;
}
