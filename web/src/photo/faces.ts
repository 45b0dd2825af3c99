/** Whether a person's face is in the picture, where the browser can tell. Nothing is kept of it. */
interface FaceDetectorLike {
  detect(source: CanvasImageSource): Promise<readonly unknown[]>;
}

let detector: FaceDetectorLike | null | undefined;

export async function seesFace(video: HTMLVideoElement): Promise<boolean> {
  if (detector === undefined) {
    const made = (window as { FaceDetector?: new (options: object) => FaceDetectorLike }).FaceDetector;
    detector = made === undefined ? null : new made({ fastMode: true, maxDetectedFaces: 1 });
  }
  if (detector === null) return false;
  try {
    return (await detector.detect(video)).length > 0;
  } catch {
    detector = null; // the interface is there and its service is not
    return false;
  }
}
