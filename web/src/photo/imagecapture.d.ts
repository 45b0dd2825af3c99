/** MediaStream Image Capture (W3C), which TypeScript's DOM library leaves out. */
declare class ImageCapture {
  constructor(track: MediaStreamTrack);
  takePhoto(): Promise<Blob>;
}
interface Window {
  ImageCapture?: typeof ImageCapture;
}
