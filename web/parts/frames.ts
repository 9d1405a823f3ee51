/** What waits for a frame of its own. */
let waiting: (() => void)[] = [];
let isAsked = false;

/**
 * Does something that makes the browser lay out much anew in one of the next frames, one such thing in each: all at once would
 * make the page stand still. Returns how to give it up.
 */
export function inItsFrame(work: () => void): () => void {
  waiting.push(work);
  askForFrame();
  return () => {
    waiting = waiting.filter((one) => one !== work);
  };
}

function askForFrame(): void {
  if (isAsked || waiting.length === 0) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    waiting.shift()?.();
    askForFrame();
  });
}
