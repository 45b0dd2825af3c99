/** The one worker that handles pixels. */
import { asker } from './darkroom-protocol';
import { sha256 } from './sha256';

let ask: ReturnType<typeof asker> | null = null;

export function darkroom(): ReturnType<typeof asker> {
  ask ??= asker(new Worker(new URL('./darkroom.worker.ts', import.meta.url), { type: 'module' }));
  return ask;
}

/** A photo ready to be kept: the camera's bytes, the judged image, and the sha256 of each. */
export interface Developed {
  readonly original: { readonly sha256: string; readonly blob: Blob };
  readonly judged: { readonly sha256: string; readonly blob: Blob };
}

/** Make the judged image and both hashes. Throws an error named UnreadablePhoto for bytes that are no photo. */
export async function develop(original: Blob): Promise<Developed> {
  const judged = await darkroom()<Blob>('judge', original);
  const [first, second] = await Promise.all([original.arrayBuffer(), judged.arrayBuffer()]);
  return {
    original: { sha256: await sha256(first), blob: original },
    judged: { sha256: await sha256(second), blob: judged },
  };
}

/** Width and height of a photo, upright, in pixels. */
export async function decodedSize(photo: Blob): Promise<{ readonly width: number; readonly height: number }> {
  const bitmap = await createImageBitmap(photo);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}
