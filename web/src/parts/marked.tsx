import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Box, Reason } from '../piece/record';
import { useStoredPhoto } from './photo';

export interface Mark {
  readonly box: Box;
  readonly number: number;
}

/** Where the reasons lie on a judged image, numbered as they are listed. */
export function marksOn(sha256: string, reasons: readonly Reason[]): Mark[] {
  return reasons.flatMap(({ box, photo: of }, index) => (box && of === sha256 ? [{ box, number: index + 1 }] : []));
}

/** A judged image out of the phone's store, with its marks. Shows nothing when its bytes were freed. */
export function MarkedPhoto({ record, sha256, marks, alt }: { record: string; sha256: string; marks: readonly Mark[]; alt: string }): VNode | null {
  const url = useStoredPhoto(record, sha256);
  return url === null ? null : <MarkedPicture url={url} marks={marks} alt={alt} />;
}

/** A judged image with numbered frames around the places that count. Boxes are in its pixels, ends exclusive. */
export function MarkedPicture({ url, marks, alt }: { url: string; marks: readonly Mark[]; alt: string }): VNode | null {
  const [size, setSize] = useState<{ readonly width: number; readonly height: number } | null>(null);
  useEffect(() => {
    let current = true;
    const picture = new Image();
    picture.onload = () => current && setSize({ width: picture.naturalWidth, height: picture.naturalHeight });
    picture.src = url;
    return () => {
      current = false;
    };
  }, [url]);
  if (size === null) return null;
  const { width, height } = size;
  const unit = Math.max(width, height) / 100;
  return (
    <figure>
      <svg class="photo" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={alt}>
        <image href={url} width={width} height={height} />
        {marks.map(({ box: [x0, y0, x1, y1], number }) => {
          const tagX = Math.min(Math.max(0, x0), width - 7 * unit);
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
