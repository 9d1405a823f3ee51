import { type FigureId, PLAIN_WORDS } from './plain-words.ts';
import { Mark } from './statements.tsx';
import type { Ended } from './use-results.ts';

/** Links to all figures, with how many of their statements hold. */
export const FigureList = ({
  chosen,
  ended,
  current,
  link,
}: {
  chosen: FigureId | 'all';
  ended: ReadonlyMap<FigureId, Ended>;
  current: FigureId | undefined;
  link: (figure: FigureId | 'all') => string;
}) => (
  <nav class="figure-list" aria-label="Figures of the paper">
    <ul>
      {PLAIN_WORDS.map(({ id, name, topic }) => (
        <li key={id}>
          <a href={link(id)} aria-current={id === chosen ? 'true' : undefined}>
            <strong>{name}</strong>
            <span class="topic">{topic}</span>
            <State ended={ended.get(id)} isCurrent={id === current} />
          </a>
        </li>
      ))}
      <li>
        <a href={link('all')} aria-current={chosen === 'all' ? 'true' : undefined}>
          <strong>All statements</strong>
          <span class="topic">On one page</span>
        </a>
      </li>
    </ul>
  </nav>
);

function State({ ended, isCurrent }: { ended: Ended | undefined; isCurrent: boolean }) {
  if (ended === undefined) return <span class="state">{isCurrent ? 'now …' : 'later'}</span>;
  if (ended.is !== 'result') return <span class="state">failed</span>;
  const { statements } = ended.value;
  if (statements.length === 0) return <span class="state">extra</span>;
  const holding = statements.filter(({ holds }) => holds).length;
  return (
    <span class="state">
      <Mark holds={holding === statements.length} />
      {holding} of {statements.length}
      <span class="verb">{statements.length === 1 ? 'holds' : 'hold'}</span>
    </span>
  );
}
