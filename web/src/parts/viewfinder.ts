import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { openCamera, type Camera } from '../photo/camera';

export interface Viewfinder {
  readonly video: RefObject<HTMLVideoElement | null>;
  /** Why there is no camera; null while there is one. */
  readonly trouble: string | null;
  /** The first frame is there. */
  readonly seeing: boolean;
  readonly onLoadedData: () => void;
  readonly shoot: () => Promise<Blob>;
}

/** The camera for as long as the screen is there, shown in a `<video>` that gets `video` and `onLoadedData`. */
export function useViewfinder(): Viewfinder {
  const video = useRef<HTMLVideoElement>(null);
  const camera = useRef<Camera | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [seeing, setSeeing] = useState(false);
  useEffect(() => {
    let open = true;
    openCamera().then(
      (opened) => {
        if (!open) return opened.close();
        camera.current = opened;
        video.current!.srcObject = opened.stream;
      },
      (error: Error) => setTrouble(error.message || error.name),
    );
    return () => {
      open = false;
      camera.current?.close();
    };
  }, []);
  return { video, trouble, seeing, onLoadedData: () => setSeeing(true), shoot: () => camera.current!.shoot(video.current!) };
}
