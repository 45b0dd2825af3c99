import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { preview } from '../photo/camera';
import { seesFace } from '../photo/faces';
import { hintFor, look, type Hint } from '../photo/light';

const EVERY_MS = 350;

/** What is wrong with the picture now, looked at three times a second. */
export function useHint(video: RefObject<HTMLVideoElement | null>): Hint | 'person' | null {
  const [hint, setHint] = useState<Hint | 'person' | null>(null);
  useEffect(() => {
    let open = true;
    const watch = async (): Promise<void> => {
      while (open) {
        const seen = video.current === null ? null : preview(video.current);
        if (seen !== null) {
          const next = (await seesFace(video.current!)) ? 'person' : hintFor(look(seen));
          if (open) setHint(next);
        }
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    };
    void watch();
    return () => {
      open = false;
    };
  }, []);
  return hint;
}
