/** Heavy work on pixels, off the screen's thread: the judged image, and grading with the phone's own model. */
import { keptBundle, type KeptBundle } from '../grade/bundle-store';
import type { Evidence, PhotoEvidence } from '../grade/evidence';
import { examine } from '../grade/examine';
import type { Network } from '../grade/network';
import { bandsOf, title } from '../grade/spec';
import type { View } from '../piece/record';
import { answer } from './darkroom-protocol';
import { judgedImage } from './judged';

interface Loaded {
  readonly sha256: string;
  readonly network: Network;
}

let loaded: Promise<Loaded> | null = null;

async function load(bundle: KeptBundle): Promise<Loaded> {
  const { openNetwork } = await import('../grade/network'); // 14 MB of WebAssembly: only where something is graded
  return { sha256: bundle.sha256, network: await openNetwork(bundle.spec, bundle.model, bundle.centroids) };
}

/** The network of the bundle that is on the phone now; null when there is none. */
async function network(): Promise<Loaded | null> {
  const bundle = await keptBundle();
  if (bundle === null) return null;
  if (loaded === null || (await loaded).sha256 !== bundle.sha256) {
    loaded = load(bundle);
    loaded.catch(() => (loaded = null));
  }
  return loaded;
}

const seenBefore = new Map<string, Promise<PhotoEvidence>>();
const REMEMBERED = 48; // photos; a piece has at most twelve

/** What the network sees in a photo. A photo is looked at while the next view is taken, and not again. */
function look(ready: Loaded, judged: Blob, view: View, name: string): Promise<PhotoEvidence> {
  const key = `${ready.sha256} ${view} ${name}`;
  const known = seenBefore.get(key);
  if (known !== undefined) return known;
  const looking = examine(ready.network, judged, view);
  looking.catch(() => seenBefore.delete(key));
  seenBefore.set(key, looking);
  for (const oldest of seenBefore.keys()) if (seenBefore.size > REMEMBERED) seenBefore.delete(oldest);
  return looking;
}

export interface Shot {
  readonly judged: Blob;
  readonly view: View;
  readonly sha256: string;
}

export interface Examined extends Evidence {
  readonly bundle: string;
  readonly ms: number;
}

answer({
  judge: (original: Blob) => judgedImage(original),
  warm: async () => (await network()) !== null,
  examine: async (photos: readonly Shot[]): Promise<Examined | null> => {
    const ready = await network();
    if (ready === null) return null;
    const begun = performance.now();
    const seen: PhotoEvidence[] = [];
    for (const { judged, view, sha256 } of photos) seen.push(await look(ready, judged, view, sha256));
    const { spec } = ready.network;
    return { photos: seen, model: title(spec), bands: bandsOf(spec), bundle: ready.sha256, ms: performance.now() - begun };
  },
});
