/// <reference lib="webworker" />

/** What the build knows of itself; it stands above this file in what is built. */
declare const BUILD: {
  /** Addresses from the page's folder. */
  readonly files: readonly string[];
  readonly version: string;
  /** The page's Content-Security-Policy. */
  readonly policy: string;
};
declare const self: ServiceWorkerGlobalScope;

const CACHE = `rowhouse ${BUILD.version}`;

/** Keeps every file of the build, so that the page opens without a network. */
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...BUILD.files])));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(removeOthers());
});

async function removeOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('rowhouse ') && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') event.respondWith(kept(event.request));
});

/** A kept file, under the page's own policy: a worker has no other policy than that of its file. */
async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request, { ignoreSearch: true });
  if (found === undefined) return fetch(request);
  const headers = new Headers(found.headers);
  headers.set('Content-Security-Policy', BUILD.policy);
  return new Response(found.body, { status: found.status, statusText: found.statusText, headers });
}
