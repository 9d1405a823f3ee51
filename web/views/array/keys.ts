import type { Playhead } from './playhead.ts';

/** Keys of time, where the focus is on nothing that needs them itself. */
export function playByKey(event: KeyboardEvent, playhead: Playhead, goPass: (by: number) => void): void {
  const { target, key, shiftKey, ctrlKey, altKey, metaKey, defaultPrevented } = event;
  if (defaultPrevented || ctrlKey || altKey || metaKey || !(target instanceof HTMLElement)) return;
  const isSlider = target instanceof HTMLInputElement && target.type === 'range';
  if (target.matches('input:not([type=range]), select, textarea, .scroll')) return;
  if (target.matches('.passes *') && key.startsWith('Arrow')) return;
  const act = actionOf(key, shiftKey, playhead, goPass);
  if (act === undefined) return;
  if (key === ' ' && !isSlider && target.matches('button, a, summary')) return;
  event.preventDefault();
  act();
}

function actionOf(key: string, isFast: boolean, playhead: Playhead, goPass: (by: number) => void) {
  const step = isFast ? 100 : 1;
  switch (key) {
    case 'ArrowRight':
      return () => playhead.step(step);
    case 'ArrowLeft':
      return () => playhead.step(-step);
    case 'Home':
      return () => playhead.step(-playhead.cycle);
    case 'End':
      return () => playhead.step(playhead.cycles);
    case ' ':
      return () => (playhead.isPlaying ? playhead.pause() : playhead.play());
    case '[':
      return () => goPass(-1);
    case ']':
      return () => goPass(1);
    default:
      return undefined;
  }
}
