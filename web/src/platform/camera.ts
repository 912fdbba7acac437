/**
 * Looks for a QR code in the pictures of the camera. The pictures never leave the page: each is drawn small, read, and
 * overwritten by the next.
 */
import jsQR from 'jsqr';

export interface Camera {
  readonly stop: () => void;
}

/** A phone held to a screen moves; more often costs battery and finds no more. */
const LOOK_PAUSE_MS = 200;
/** Large enough for a code that fills a third of the picture. */
const PICTURE_SIDE_MAX = 800;

/** `none`: no camera here. `refused`: the person, the device or the address does not allow it. */
export async function startCamera(videoId: string, onText: (text: string) => void): Promise<Camera | 'none' | 'refused'> {
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices === undefined) return 'none';
  let stream: MediaStream;
  try {
    stream = await devices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    return name === 'NotFoundError' || name === 'OverconstrainedError' || name === 'NotReadableError' ? 'none' : 'refused';
  }
  const video = document.getElementById(videoId);
  if (!(video instanceof HTMLVideoElement)) {
    stopTracks(stream);
    return 'none';
  }
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  return look(video, stream, onText);
}

function look(video: HTMLVideoElement, stream: MediaStream, onText: (text: string) => void): Camera {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const timer = window.setInterval(() => {
    const text = context === null ? undefined : textIn(video, canvas, context);
    if (text === undefined) return;
    stop();
    onText(text);
  }, LOOK_PAUSE_MS);
  const stop = (): void => {
    window.clearInterval(timer);
    stopTracks(stream);
    video.srcObject = null;
    canvas.width = 0;
  };
  return { stop };
}

function textIn(video: HTMLVideoElement, canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): string | undefined {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) return undefined;
  const scale = Math.min(1, PICTURE_SIDE_MAX / Math.max(videoWidth, videoHeight));
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const picture = context.getImageData(0, 0, canvas.width, canvas.height);
  const found = jsQR(picture.data, picture.width, picture.height, { inversionAttempts: 'attemptBoth' });
  return found === null || found.data === '' ? undefined : found.data;
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
