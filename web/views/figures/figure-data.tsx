import { useMemo, useState } from 'preact/hooks';
import { figureData } from '../../../src/paper/data.ts';
import type { FigureResult } from '../../../src/paper/figure.ts';
import type { DataTable, Value } from '../../../src/report/data-table.ts';
import { alike } from '../../../src/report/format.ts';

/** Lines that are shown at first, and with each wish for more. */
const LINES = 30;

/** The data of a figure: what its columns mean, and its lines, some at a time. */
export function FigureData({ result, label }: { result: FigureResult; label: string }) {
  const [shown, setShown] = useState(LINES);
  const table = useMemo(() => figureData(result), [result]);
  const { columns, lines } = table;
  const writers = useMemo(() => columns.map((_, i) => writerOf(table, i)), [table]);
  return (
    <>
      <dl class="columns">
        {columns.map(({ name, meaning }) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <section class="scroll data" aria-label={`${label}: its data`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {columns.map(({ name, meaning, type }) => (
                <th key={name} scope="col" title={meaning} class={isNumeric(type) ? 'right' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, shown).map((line, i) => (
              <tr key={i}>
                {line.map((value, j) => (
                  <td key={j} class={isNumeric(columns[j]!.type) ? 'right' : undefined}>
                    {writers[j]!(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {lines.length > shown && (
        <p>
          {shown} of {lines.length} lines.{' '}
          <button type="button" onClick={() => setShown(shown + LINES)}>
            Show more
          </button>{' '}
          The CSV has them all, with all digits.
        </p>
      )}
    </>
  );
}

const isNumeric = (type: DataTable['columns'][number]['type']): boolean =>
  type === 'number' || type === 'whole';

/** How the values of a column are written: numbers that are not whole to as many decimals as the others. */
function writerOf({ columns, lines }: DataTable, at: number): (value: Value) => string {
  if (columns[at]!.type !== 'number') return (value) => String(value ?? '');
  const write = alike(lines.map((line) => line[at]).filter((value) => typeof value === 'number'));
  return (value) => (typeof value === 'number' ? write(value) : '');
}
