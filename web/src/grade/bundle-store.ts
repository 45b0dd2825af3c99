/** The released model on the phone: fetched once, checked against its hashes, kept by content, used without a network. */
import { ask } from '../sync/http';
import { sha256 } from '../photo/sha256';
import { neededFiles, title, type BundleSpec } from './spec';

const CACHE = 'model';
const CURRENT = '/v1/bundle';

export interface KeptBundle {
  readonly spec: BundleSpec;
  /** sha256 of bundle.json: names the model, its thresholds and, by the hashes in it, every file. */
  readonly sha256: string;
  readonly model: ArrayBuffer;
  readonly centroids: ArrayBuffer;
}

interface Listed {
  readonly sha256: string;
  readonly text: string;
}

async function listed(cache: Cache): Promise<Listed | null> {
  const response = await cache.match(CURRENT);
  return response === undefined ? null : ((await response.json()) as Listed);
}

const keyOf = (hash: string): string => `${CURRENT}/files/${hash}`;

/** Fetch the bundle that the service judges with, unless it is here. The old one stays usable until the new one is whole. */
export async function refreshBundle(): Promise<void> {
  const cache = await caches.open(CACHE);
  const current = await ask<Listed>(CURRENT);
  const spec = JSON.parse(current.text) as BundleSpec;
  const wanted = neededFiles(spec);
  for (const hash of wanted) {
    if ((await cache.match(keyOf(hash))) !== undefined) continue;
    const response = await fetch(keyOf(hash), { credentials: 'same-origin', cache: 'no-store' });
    if (!response.ok) throw new Error(`the model answered ${response.status}`);
    const bytes = await response.arrayBuffer();
    const got = await sha256(bytes);
    if (got !== hash) throw new Error(`the model has sha256 ${got.slice(0, 12)}…, wanted ${hash.slice(0, 12)}…`);
    await cache.put(keyOf(hash), new Response(bytes));
  }
  await cache.put(CURRENT, new Response(JSON.stringify(current)));
  const keep = new Set([CURRENT, ...wanted.map(keyOf)].map((path) => new URL(path, location.origin).href));
  for (const request of await cache.keys()) if (!keep.has(request.url)) await cache.delete(request);
}

/** The bundle on this phone, or null. */
export async function keptBundle(): Promise<KeptBundle | null> {
  const cache = await caches.open(CACHE);
  const current = await listed(cache);
  if (current === null) return null;
  const spec = JSON.parse(current.text) as BundleSpec;
  const [model, centroids] = await Promise.all(
    neededFiles(spec).map((hash) => cache.match(keyOf(hash))),
  );
  if (model === undefined || centroids === undefined) return null;
  return { spec, sha256: current.sha256, model: await model.arrayBuffer(), centroids: await centroids.arrayBuffer() };
}

/** Name and version of the bundle on this phone, without reading its files; null when there is none. */
export async function keptTitle(): Promise<string | null> {
  const current = await listed(await caches.open(CACHE));
  return current === null ? null : title(JSON.parse(current.text) as BundleSpec);
}
