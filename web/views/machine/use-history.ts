import { useState } from 'preact/hooks';

/** What was shown before, so that the last changes can be taken back one by one. */
export interface History {
  /** To be called before a change. */
  remember(): void;
  /** Goes back to what was there before; undefined where there is nothing. */
  readonly undo: (() => void) | undefined;
}

/** The history of a text that changes. */
export function useHistory(now: string, goTo: (before: string) => void): History {
  const [past, setPast] = useState<readonly string[]>([]);
  // The browser's own way back may have been taken
  const last = past.findLastIndex((one) => one !== now);
  return {
    remember: () => setPast([...past, now]),
    undo:
      last < 0
        ? undefined
        : () => {
            setPast(past.slice(0, last));
            goTo(past[last]!);
          },
  };
}
