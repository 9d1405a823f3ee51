import { paperDocument } from '../../../src/paper/data.ts';
import { jsonText } from '../../../src/report/json.ts';
import { Export } from '../../parts/export.tsx';
import { type FigureId, PLAIN_WORDS } from './plain-words.ts';
import { Findings, Statements } from './statements.tsx';
import type { Ended } from './use-results.ts';

/** What all figures say that are computed, in the order of the paper. */
export function AllStatements({
  ended,
  link,
}: {
  ended: ReadonlyMap<FigureId, Ended>;
  link: (figure: FigureId) => string;
}) {
  const computed = PLAIN_WORDS.flatMap(({ id, name }) => {
    const end = ended.get(id);
    return end?.is === 'result' ? { id, name, result: end.value } : [];
  });
  return (
    <>
      <h2>All statements</h2>
      {computed.length < PLAIN_WORDS.length && (
        <p class="quiet">
          Of {computed.length} of {PLAIN_WORDS.length} figures; the others are not computed yet.
        </p>
      )}
      <Export
        name="paper"
        forms={[{ form: 'JSON', make: () => jsonText(paperDocument(computed.map(({ result }) => result))) }]}
      />
      {computed.map(({ id, name, result: { title, statements, findings } }) => (
        <section key={id}>
          <h3>
            <a href={link(id)}>{name}</a>: {title}
          </h3>
          {statements.length > 0 && <Statements statements={statements} />}
          {findings.length > 0 && <Findings findings={findings} />}
        </section>
      ))}
    </>
  );
}
