import { useEffect, useState } from 'preact/hooks';
import type { Progress } from '../../src/steps.ts';

/** Work that is done sooner shows no bar: it would only flicker. */
const QUIET_MS = 250;

/** That work goes on, how far it is, and a way to end it. */
export function Working({
  label,
  progress,
  onStop,
}: {
  label: string;
  progress?: Progress | undefined;
  onStop?: () => void;
}) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  return (
    <div class="working" role="status">
      <span>{label}</span>
      <progress aria-label={label} max={progress?.of ?? 1} {...(progress && { value: progress.done })} />
      {onStop && (
        <button type="button" onClick={onStop}>
          Stop
        </button>
      )}
    </div>
  );
}
