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

export interface Examined extends Evidence {
  readonly bundle: string;
  readonly ms: number;
}

answer({
  judge: (original: Blob) => judgedImage(original),
  warm: async () => (await network()) !== null,
  examine: async (photos: readonly { judged: Blob; view: View }[]): Promise<Examined | null> => {
    const ready = await network();
    if (ready === null) return null;
    const begun = performance.now();
    const seen: PhotoEvidence[] = [];
    for (const { judged, view } of photos) seen.push(await examine(ready.network, judged, view));
    const { spec } = ready.network;
    return { photos: seen, model: title(spec), bands: bandsOf(spec), bundle: ready.sha256, ms: performance.now() - begun };
  },
});
