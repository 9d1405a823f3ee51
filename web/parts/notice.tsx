import type { ComponentChildren } from 'preact';
import { describeProblem, type Problem } from '../../src/input-error.ts';

/** Problems that are told; a file may have a hundred alike. */
const MOST_TOLD = 5;

/** What is wrong, where the person is looking. Read out as soon as it appears. */
export function Problems({ problems, about }: { problems: readonly Problem[]; about?: string | undefined }) {
  if (problems.length === 0) return null;
  const more = problems.length - MOST_TOLD;
  return (
    <div class="notice bad" role="alert">
      {about && <p>{about}</p>}
      <ul>
        {problems.slice(0, MOST_TOLD).map((problem, i) => (
          <li key={i}>{describeProblem(problem)}</li>
        ))}
        {more > 0 && <li>and {more} more</li>}
      </ul>
    </div>
  );
}

/** Something to know. */
export const Note = ({ children }: { children: ComponentChildren }) => (
  <div class="notice" role="status">
    {children}
  </div>
);

/** The page's own fault. */
export const Failure = ({ message }: { message: string }) => (
  <div class="notice bad" role="alert">
    <p>This should not happen; Rowhouse has a fault here. What it says: {message}</p>
  </div>
);
