/** Reading a QR code from a camera picture: zxing in WebAssembly, loaded only when a code is to be read. */
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';

export const TAG = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

type Reader = typeof import('zxing-wasm/reader');
let reader: Promise<Reader> | null = null;

async function ready(): Promise<Reader> {
  reader ??= import('zxing-wasm/reader').then(async (module) => {
    await module.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
    return module;
  });
  return reader;
}

/** The text of the first QR code in the picture, or null. */
export async function readCode(image: ImageData | Blob): Promise<string | null> {
  const { readBarcodes } = await ready();
  const found = await readBarcodes(image, { formats: ['QRCode'], maxNumberOfSymbols: 1, tryHarder: true });
  return found.find((code) => code.isValid)?.text ?? null;
}

/** The tag in a code's text: the text itself, or the last part of a tag's address. Null when it is no tag. */
export function tagIn(text: string): string | null {
  const last = text.trim().split('/').at(-1) ?? '';
  return TAG.test(last) ? last : null;
}
