/** The phone's camera: a live picture, a photograph, and a small look at what is in front of it. */
import type { Pixels } from './resize';

const PREVIEW = 240; // long side of the picture that hints are taken from, in px

/** A camera that is open. */
export interface Camera {
  readonly stream: MediaStream;
  /** Photograph: the camera's own JPEG where the browser gives it, else the video frame. */
  shoot(video: HTMLVideoElement): Promise<Blob>;
  close(): void;
}

/** Open the camera that looks away from the person, at the highest size up to 12 megapixels. */
export async function openCamera(): Promise<Camera> {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException('no camera interface', 'NotSupportedError');
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 4000 }, height: { ideal: 3000 } },
  });
  const track = stream.getVideoTracks()[0]!;
  return {
    stream,
    shoot: (video) => photograph(track, video),
    close: () => stream.getTracks().forEach((each) => each.stop()),
  };
}

let stills = 'ImageCapture' in globalThis; // whether this browser's camera gives JPEG photos of its own

async function photograph(track: MediaStreamTrack, video: HTMLVideoElement): Promise<Blob> {
  if (stills) {
    try {
      const blob = await new ImageCapture(track).takePhoto();
      if (blob.type === 'image/jpeg' && blob.size > 0) return blob;
      stills = false; // desktop browsers make a PNG of the video frame, slowly
    } catch {
      stills = false; // some phones offer ImageCapture and fail at it; the video frame below is always there
    }
  }
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d', { alpha: false })!.drawImage(video, 0, 0);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
}

let glass: OffscreenCanvas | null = null;

/** What the camera sees now, about 240 px long; null before the first frame. */
export function preview(video: HTMLVideoElement): Pixels | null {
  const { videoWidth: wide, videoHeight: high } = video;
  if (wide === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  const scale = PREVIEW / Math.max(wide, high);
  const width = Math.round(wide * scale);
  const height = Math.round(high * scale);
  if (glass?.width !== width || glass.height !== height) glass = new OffscreenCanvas(width, height);
  const context = glass.getContext('2d', { willReadFrequently: true, alpha: false })!;
  context.drawImage(video, 0, 0, width, height);
  return { data: context.getImageData(0, 0, width, height).data, width, height, channels: 4 };
}
