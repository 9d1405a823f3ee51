/** What waits for a frame of its own. */
let waiting: (() => void)[] = [];

/**
 * Does something that makes the browser lay out much anew in one of the next frames, one such thing in each: all at once would
 * make the page stand still. Returns how to give it up.
 */
export function inItsFrame(work: () => void): () => void {
  if (waiting.length === 0) requestAnimationFrame(workOff);
  waiting.push(work);
  return () => {
    waiting = waiting.filter((one) => one !== work);
  };
}

function workOff(): void {
  waiting.shift()?.();
  if (waiting.length > 0) requestAnimationFrame(workOff);
}
