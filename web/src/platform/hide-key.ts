/** Three presses of Shift within two seconds, nothing between them: the GOV.UK pattern for leaving a page at once. */

const PRESSES = 3;
const WINDOW_MS = 2000;

export interface KeySource {
  addEventListener(type: 'keydown' | 'keyup', listener: (event: KeyboardEvent) => void): void;
}

export function watchHideKey(source: KeySource, onHide: () => void): void {
  let presses: number[] = [];
  let isAlone = false;
  source.addEventListener('keydown', (event) => {
    isAlone = event.key === 'Shift' && !event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key !== 'Shift') presses = [];
  });
  /* Counted when the key comes up alone, so that typing capitals never hides the page. */
  source.addEventListener('keyup', (event) => {
    if (event.key !== 'Shift') return;
    if (!isAlone) {
      presses = [];
      return;
    }
    presses = [...presses.filter((at) => event.timeStamp - at <= WINDOW_MS), event.timeStamp];
    if (presses.length < PRESSES) return;
    presses = [];
    onHide();
  });
}
