/// <reference lib="webworker" />
/**
 * Offline first: the app's files are cached by content hash at installation and served from there; the service's own
 * answers under /v1 are never cached here, because the phone's store is the one place that remembers them.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;
const CACHE = 'app';
const FILES: readonly { url: string; sha256: string }[] = __PRECACHE__;

/** Where a file of that content lies in the cache. */
const keyOf = (file: { url: string; sha256: string }): string => `${file.url}?sha256=${file.sha256}`;
const keys = new Map(FILES.map((file) => [file.url, keyOf(file)]));

async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const file of FILES) {
    if ((await cache.match(keyOf(file))) !== undefined) continue; // unchanged since the last version
    const response = await fetch(file.url, { cache: 'no-cache' });
    if (!response.ok) throw new Error(`${file.url} answered ${response.status}: the app cannot be installed for offline use`);
    await cache.put(keyOf(file), response);
  }
}

async function sweep(): Promise<void> {
  const wanted = new Set([...keys.values()].map((key) => new URL(key, worker.location.origin).href));
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
}

async function fromCache(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(keys.get(path)!)) ?? fetch(request);
}

worker.addEventListener('install', (event) => event.waitUntil(fill()));
worker.addEventListener('activate', (event) => event.waitUntil(sweep().then(() => worker.clients.claim())));
worker.addEventListener('message', (event) => {
  if (event.data === 'take over') void worker.skipWaiting();
});
worker.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (keys.has(url.pathname)) event.respondWith(fromCache(url.pathname, event.request));
});
