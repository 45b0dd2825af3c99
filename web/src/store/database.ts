/** The phone's own store: IndexedDB, one connection, one version number. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { MatPhoto } from '../piece/measurement';
import type { PieceRecord } from '../piece/record';
import type { Reinspection } from '../piece/reinspection';

/** Bytes of a photo, by the record they belong to (of a piece, or of a re-inspection) and their content: two may show the same picture. */
export interface StoredPhoto {
  readonly record: string;
  readonly sha256: string;
  readonly blob: Blob;
}

interface Schema extends DBSchema {
  pieces: { key: string; value: PieceRecord; indexes: { order: number; state: string; tag: string } };
  photos: { key: [record: string, sha256: string]; value: StoredPhoto };
  facts: { key: string; value: unknown };
  reserve: { key: number; value: Blob };
  reinspections: { key: string; value: Reinspection };
  mat: { key: string; value: MatPhoto; indexes: { record: string } };
}

export type Database = IDBPDatabase<Schema>;

let opened: Promise<Database> | null = null;

/** The one connection. A newer app in another tab closes this one, and the page is told by the `versionchange` event. */
export function database(): Promise<Database> {
  opened ??= openDB<Schema>('anyaman-qc', 3, {
    upgrade(db, before, _after, transaction) {
      if (before < 2) {
        db.createObjectStore('reinspections', { keyPath: 'id' });
        db.createObjectStore('mat', { keyPath: 'id' }).createIndex('record', 'record');
      }
      if (before === 2) {
        const kept = transaction.objectStore('reinspections'); // they had no photos
        void kept.getAll().then((all) => all.forEach((again) => void kept.put({ ...again, photos: [], photosSent: [] })));
      }
      if (before >= 1) return;
      db.createObjectStore('reserve');
      const pieces = db.createObjectStore('pieces', { keyPath: 'id' });
      pieces.createIndex('order', 'order', { unique: true });
      pieces.createIndex('state', 'state');
      pieces.createIndex('tag', 'tag');
      db.createObjectStore('photos', { keyPath: ['record', 'sha256'] });
      db.createObjectStore('facts');
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated() {
      opened = null;
    },
  });
  return opened;
}

/** The keys of all photos of a record. */
export function photosOf(record: string): IDBKeyRange {
  return IDBKeyRange.bound([record], [record, []]); // arrays sort after all strings
}

/** Whether an error says that the phone's storage is full. */
export function isFull(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'QuotaExceededError' || /quota|full/i.test(error.message));
}
