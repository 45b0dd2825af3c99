/** What the golden tests call: the code of the app, on bytes that come and go as base64. */
import type { Evidence, PhotoEvidence } from '../src/grade/evidence';
import { examine } from '../src/grade/examine';
import { openNetwork } from '../src/grade/network';
import { bandsOf, title, type BundleSpec } from '../src/grade/spec';
import { applyStandard } from '../src/grade/verdict';
import type { ExportStandard } from '../src/piece/standard';
import type { CheckValue, Reason, Verdict, View } from '../src/piece/record';
import { decode, judgedImage } from '../src/photo/judged';
import { reasonWords } from '../src/words/catalogue';
import { boxMean } from '../src/photo/resize';

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function textOf(bytes: Uint8Array | Uint8ClampedArray): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  return btoa(text);
}

let warmed: () => Promise<void> = () => Promise.reject(new Error('nothing is loaded yet'));

const golden = {
  resize(pixels: string, width: number, height: number, channels: number, toWidth: number, toHeight: number): string {
    return textOf(boxMean({ data: bytesOf(pixels), width, height, channels }, toWidth, toHeight, 3).data);
  },
  async decode(photo: string): Promise<{ width: number; height: number; pixels: string }> {
    const { data, width, height } = await decode(new Blob([bytesOf(photo)], { type: 'image/jpeg' }));
    return { width, height, pixels: textOf(data) };
  },
  async judged(photo: string): Promise<string> {
    const blob = await judgedImage(new Blob([bytesOf(photo)], { type: 'image/jpeg' }));
    return textOf(new Uint8Array(await blob.arrayBuffer()));
  },
  async examine(spec: BundleSpec, model: string, centroids: string, photos: readonly { view: View | null; jpeg: string }[]): Promise<PhotoEvidence[]> {
    const network = await openNetwork(spec, bytesOf(model).buffer, bytesOf(centroids).buffer);
    const seen: PhotoEvidence[] = [];
    for (const { view, jpeg } of photos) seen.push(await examine(network, new Blob([bytesOf(jpeg)], { type: 'image/jpeg' }), view));
    return seen;
  },
  /** Load a network and judge once, so that `verdictMs` finds everything warm. */
  async warm(spec: BundleSpec, model: string, centroids: string, jpeg: string, standard: ExportStandard): Promise<void> {
    const network = await openNetwork(spec, bytesOf(model).buffer, bytesOf(centroids).buffer);
    const photo = new Blob([bytesOf(jpeg)], { type: 'image/jpeg' });
    warmed = async () => {
      const seen = await examine(network, photo, null);
      applyStandard(standard, { photos: [seen], model: title(spec), bands: bandsOf(spec) }, {});
    };
    await warmed();
  },
  /** Milliseconds from judged image to verdict. */
  async verdictMs(): Promise<number> {
    const begun = performance.now();
    await warmed();
    return performance.now() - begun;
  },
  words(language: 'en' | 'id', reason: Reason): string {
    return reasonWords(language, reason);
  },
  apply(standard: ExportStandard, evidence: Evidence, checks: Record<string, CheckValue>): Verdict {
    return applyStandard(standard, evidence, checks);
  },
};

declare global {
  interface Window {
    golden: typeof golden;
  }
}
window.golden = golden;
