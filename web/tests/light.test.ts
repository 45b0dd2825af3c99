import { expect, it } from 'vitest';
import { hintFor, look } from '../src/photo/light';
import type { Pixels } from '../src/photo/resize';

/** A mat of even grey with a weave of 4 px strands in the middle that covers `share` of either side. */
function scene(options: { base?: number; contrast?: number; share?: number; smooth?: boolean }): Pixels {
  const { base = 110, contrast = 60, share = 0.6, smooth = false } = options;
  const [width, height] = [240, 180];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = Math.abs(x - width / 2) < (width * share) / 2 && Math.abs(y - height / 2) < (height * share) / 2;
      const strand = smooth ? (contrast * (1 + Math.sin(x / 25))) / 2 : (Math.floor(x / 4) + Math.floor(y / 4)) % 2 ? contrast : 0;
      data.fill(base + (inside ? strand : 0), (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { data, width, height, channels: 4 };
}

it('finds a piece in good light fit', () => expect(hintFor(look(scene({})))).toBeNull());
it('sees darkness', () => expect(hintFor(look(scene({ base: 8, contrast: 20 })))).toBe('too_dark'));
it('sees glare', () => expect(hintFor(look(scene({ base: 253, contrast: 2 })))).toBe('too_bright'));
it('sees blur', () => expect(hintFor(look(scene({ smooth: true, share: 1.1 })))).toBe('blurred'));
it('sees that the piece is far', () => expect(hintFor(look(scene({ share: 0.25, contrast: 90 })))).toBe('too_far'));
it('sees an empty mat', () => {
  const noisy = scene({ share: 0 });
  const data = Uint8ClampedArray.from(noisy.data, (value, i) => (i % 4 === 3 ? 255 : value + ((i * 7919) % 5) * (i % 3 ? 1 : -1)));
  expect(hintFor({ ...look({ ...noisy, data }), sharpness: 50 })).toBe('no_piece');
});
