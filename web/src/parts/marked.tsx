import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Box } from '../piece/record';
import { photo } from '../store/pieces';

export interface Mark {
  readonly box: Box;
  readonly label: string;
  readonly number: number;
}

/** A judged image with numbered frames around the places that count. Boxes are in its pixels, ends exclusive. */
export function MarkedPhoto({ record, sha256, marks, alt }: { record: string; sha256: string; marks: readonly Mark[]; alt: string }): VNode | null {
  const [shown, setShown] = useState<{ url: string; width: number; height: number } | null>(null);
  useEffect(() => {
    let url: string | null = null;
    let current = true;
    void (async () => {
      const stored = await photo(record, sha256);
      if (stored === null) return;
      const bitmap = await createImageBitmap(stored.blob);
      const { width, height } = bitmap;
      bitmap.close();
      if (!current) return;
      url = URL.createObjectURL(stored.blob);
      setShown({ url, width, height });
    })();
    return () => {
      current = false;
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [sha256]);
  if (shown === null) return null;
  const unit = Math.max(shown.width, shown.height) / 100;
  return (
    <figure>
      <svg class="photo" viewBox={`0 0 ${shown.width} ${shown.height}`} role="img" aria-label={alt}>
        <image href={shown.url} width={shown.width} height={shown.height} />
        {marks.map(({ box: [x0, y0, x1, y1], number }) => {
          const tagX = Math.min(Math.max(0, x0), shown.width - 7 * unit);
          const tagY = Math.max(0, y0 - 7 * unit);
          return (
            <g key={number}>
              <rect x={x0} y={y0} width={x1 - x0} height={y1 - y0} fill="none" stroke="#fff" stroke-width={1.6 * unit} />
              <rect x={x0} y={y0} width={x1 - x0} height={y1 - y0} fill="none" stroke="#b3001b" stroke-width={0.9 * unit} />
              <rect x={tagX} y={tagY} width={7 * unit} height={7 * unit} fill="#b3001b" />
              <text x={tagX + 3.5 * unit} y={tagY + 5.4 * unit} text-anchor="middle" font-size={5.5 * unit} font-weight="700" fill="#fff">{number}</text>
            </g>
          );
        })}
      </svg>
      <figcaption>{alt}</figcaption>
    </figure>
  );
}
