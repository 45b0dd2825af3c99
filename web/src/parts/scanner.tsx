import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { openCamera, type Camera } from '../photo/camera';
import { readCode } from '../photo/tags';
import { useSay } from '../words';

const EVERY_MS = 250;
const LONG_SIDE = 800; // px; enough for a QR code that fills a quarter of the picture

/** A camera that looks for a QR code and says its text once. */
export function Scanner({ label, onCode }: { label: string; onCode: (text: string) => void }): VNode {
  const say = useSay();
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    let camera: Camera | null = null;
    let open = true;
    const look = async (): Promise<void> => {
      camera = await openCamera();
      if (!open) return camera.close();
      video.current!.srcObject = camera.stream;
      while (open) {
        const text = await codeIn(video.current!);
        if (text !== null && open) return onCode(text);
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    };
    look().catch((error: Error) => setTrouble(error.message || error.name));
    return () => {
      open = false;
      camera?.close();
    };
  }, []);
  if (trouble !== null) return <p class="note warn">{say('capture.nocamera', { detail: trouble })}</p>;
  return (
    <div class="viewfinder">
      <video ref={video} autoplay muted playsInline aria-label={label} />
      <p class="hint">{label}</p>
    </div>
  );
}

async function codeIn(video: HTMLVideoElement): Promise<string | null> {
  if (video.videoWidth === 0) return null;
  const scale = Math.min(1, LONG_SIDE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = new OffscreenCanvas(Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale));
  const context = canvas.getContext('2d', { alpha: false })!;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return readCode(context.getImageData(0, 0, canvas.width, canvas.height));
}
