import { useEffect, useRef } from 'preact/hooks';
import { Failure, Problems } from '../../parts/notice.tsx';
import { SheetTable } from '../../parts/sheet-table.tsx';
import type { Setup } from '../../setup/setup.ts';
import { analyst } from '../../work/analyst.ts';
import { useAnswer } from '../../work/use-answer.ts';
import type { OpenMapping } from './comparison.ts';

/** What stands behind a bar: a mapping, at the side of the page. */
export function Opened({ setup, open, close }: { setup: Setup; open: string; close: string }) {
  const { value, answer, isCurrent } = useAnswer(JSON.stringify([setup, open]), () =>
    analyst.ask((api) => api.open(setup, open)),
  );
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isCurrent) heading.current?.focus();
  }, [isCurrent, open]);
  useEffect(() => {
    const closeByKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') location.hash = close;
    };
    addEventListener('keydown', closeByKey);
    return () => removeEventListener('keydown', closeByKey);
  }, [close]);
  return (
    <aside class="drawer" aria-label="The mapping behind a bar">
      <a class="button close" href={close}>
        Close
      </a>
      {answer?.is === 'refused' && <Problems problems={answer.problems} />}
      {answer?.is === 'failed' && <Failure message={answer.message} />}
      {value && isCurrent && (
        <>
          <h2 ref={heading} tabIndex={-1}>
            {value.layer} under {value.dataflow}
          </h2>
          <p class="quiet">{value.title}</p>
          {value.reason ? (
            <p class="notice bad">It cannot run: {value.reason}</p>
          ) : (
            <Mapping mapping={value} />
          )}
        </>
      )}
    </aside>
  );
}

function Mapping({ mapping: { sheets, limitedBy, proof, byHand } }: { mapping: OpenMapping }) {
  const [parameters, limits, reuse, traffic] = sheets;
  const [counted, ...rest] = proof;
  return (
    <>
      <SheetTable sheet={parameters!} />
      <p>
        <a href={byHand}>Change it by hand</a>, and see which limit breaks and what it costs.
      </p>
      <SheetTable sheet={limits!} />
      {limitedBy && <p>{limitedBy}</p>}
      <SheetTable sheet={traffic!} />
      <SheetTable sheet={reuse!} />
      <h3>Why it is the best</h3>
      <p>{counted}</p>
      <ul>
        {rest.slice(0, -1).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <p>{rest.at(-1)}</p>
    </>
  );
}
