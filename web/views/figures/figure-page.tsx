import { figureCsv, paperDocument } from '../../../src/paper/data.ts';
import { EQUATIONS, type EquationName } from '../../../src/paper/equations.ts';
import type { FigureResult } from '../../../src/paper/figure.ts';
import { fileName } from '../../../src/paper/report.ts';
import { jsonText } from '../../../src/report/json.ts';
import { Chart } from '../../parts/chart.tsx';
import { Export } from '../../parts/export.tsx';
import { drawChart } from '../../work/drawing.ts';
import { FigureData } from './figure-data.tsx';
import type { PlainWords } from './plain-words.ts';
import { Findings, Statements } from './statements.tsx';

/** A figure that is computed: what the paper says of it, its chart, and what is behind that. */
export function FigurePage({
  result,
  words,
  milliseconds,
  isDataOpen,
  onData,
}: {
  result: FigureResult;
  words: PlainWords;
  milliseconds: number;
  isDataOpen: boolean;
  onData: (isOpen: boolean) => void;
}) {
  const { id, title, about, equations, chart, statements, findings } = result;
  const draw = () => drawChart(chart, 'light');
  return (
    <>
      {statements.length > 0 && <Statements statements={statements} />}
      <Chart chart={chart} label={`Chart: ${title}. Its numbers are under Data.`} />
      <p class="quiet">
        <small>Computed in this browser in {(milliseconds / 1000).toFixed(2)} s.</small>
      </p>
      <Export
        name={fileName(id)}
        forms={[
          { form: 'SVG', make: draw },
          { form: 'PNG', make: draw },
          { form: 'CSV', make: () => figureCsv(result) },
          { form: 'JSON', make: () => jsonText(paperDocument([result])) },
        ]}
      />
      {findings.length > 0 && (
        <>
          <h3>What else was found</h3>
          <Findings findings={findings} />
        </>
      )}
      <h3>How it was done</h3>
      <p>{about}</p>
      <p>
        <a href={words.goOn.href}>{words.goOn.text}</a>
      </p>
      <details class="explain">
        <summary>Equations</summary>
        <Equations names={equations} />
      </details>
      <details
        class="explain wide"
        open={isDataOpen}
        onToggle={({ currentTarget }) => onData(currentTarget.open)}
      >
        <summary>Data</summary>
        {isDataOpen && <FigureData result={result} label={words.name} />}
      </details>
    </>
  );
}

const Equations = ({ names }: { names: readonly EquationName[] }) => (
  <dl class="equations">
    {names.map((name) => {
      const { title, formula, means } = EQUATIONS[name];
      return (
        <div key={name}>
          <dt>
            {title}
            <code>{formula}</code>
          </dt>
          <dd>{means}</dd>
        </div>
      );
    })}
  </dl>
);
