/**
 * The judged image: what phone and server both judge, made once. Upright, long side at most 1600 px by THE resize,
 * JPEG quality 90. From then on only its bytes count: they are stored, sent, hashed and decoded for grading.
 */
import { boxMean, fitted, type Pixels } from './resize';

export const JUDGED_LONG_SIDE = 1600;
export const JUDGED_QUALITY = 0.9;

/** Raised when bytes cannot be decoded as a photo. */
export class UnreadablePhoto extends Error {
  override name = 'UnreadablePhoto';
}

/** Decode to upright RGBA pixels, without colour conversion: the pixels that a decoder without profiles would see. */
export async function decode(photo: Blob): Promise<Pixels> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(photo, {
      imageOrientation: 'from-image',
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
  } catch (cause) {
    throw new UnreadablePhoto(`${photo.size} bytes of ${photo.type || 'unknown type'} are no photo`, { cause });
  }
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { data: context.getImageData(0, 0, width, height).data, width, height, channels: 4 };
}

/** Make the judged image of an original photo. */
export async function judgedImage(original: Blob): Promise<Blob> {
  const pixels = await decode(original);
  const { width, height } = fitted(pixels.width, pixels.height, JUDGED_LONG_SIDE);
  const small = width === pixels.width && height === pixels.height ? pixels : boxMean(pixels, width, height);
  const canvas = new OffscreenCanvas(width, height);
  const image = new ImageData(new Uint8ClampedArray(small.data), width, height);
  canvas.getContext('2d', { alpha: false })!.putImageData(image, 0, 0);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: JUDGED_QUALITY });
}
