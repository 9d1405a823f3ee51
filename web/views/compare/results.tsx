import type { ComponentChildren } from 'preact';
import { Chart } from '../../parts/chart.tsx';
import { Export, type ExportForm } from '../../parts/export.tsx';
import { SheetTable } from '../../parts/sheet-table.tsx';
import type { Setup } from '../../setup/setup.ts';
import { analyst } from '../../work/analyst.ts';
import { drawChart } from '../../work/drawing.ts';
import { type Comparison, openAddress } from './comparison.ts';

/** What comes of a comparison, from the whole to the parts. */
export function Results({
  comparison,
  setup,
  address,
  isCurrent,
  children,
}: {
  comparison: Comparison;
  setup: Setup;
  address: string;
  isCurrent: boolean;
  /** How the charts of layers are drawn. */
  children: ComponentChildren;
}) {
  const { headline, sheets, obstacles, footnote, layers, dataflows } = comparison;
  const [summary, byLayer, ...others] = sheets;
  const open = (row: number, column: number) => {
    const [layer, dataflow] = [layers[row], dataflows[column - 2]];
    return layer === undefined || dataflow === undefined ? undefined : openAddress(address, dataflow, layer);
  };
  return (
    <>
      <p class="headline" role="status">
        {headline ?? 'No dataflow can run every layer.'}
      </p>
      {obstacles.length > 0 && (
        <ul class="obstacles">
          {obstacles.map(({ dataflow, layers: stopped, message }) => (
            <li key={dataflow + message}>
              <strong>{dataflow}</strong> cannot run {stopped.join(', ')}: {message}
            </li>
          ))}
        </ul>
      )}
      <Chart
        chart={comparison.networkChart}
        label="Energy of the whole network, per MAC, under each dataflow"
      />
      {summary && <SheetTable sheet={summary} />}
      {footnote && <p class="quiet">{footnote}</p>}
      <Saved comparison={comparison} setup={setup} isCurrent={isCurrent} />
      <h2>Layer by layer</h2>
      <p class="quiet">
        Every bar and every number is a link to its mapping. Layers of one type share a scale.
      </p>
      {children}
      {comparison.layersCharts.map((chart, i) => (
        <Chart
          key={i}
          chart={chart}
          label={`Energy of each layer, per MAC, under each dataflow, part ${i + 1}`}
        />
      ))}
      {byLayer && <SheetTable sheet={byLayer} link={open} />}
      {others.map((sheet) => (
        <SheetTable key={sheet.title} sheet={sheet} />
      ))}
    </>
  );
}

/** The comparison as files: the charts as pictures, the result as the command writes it. */
function Saved({
  comparison,
  setup,
  isCurrent,
}: {
  comparison: Comparison;
  setup: Setup;
  isCurrent: boolean;
}) {
  const svg = () => drawChart(comparison.picture, 'light');
  const result = async (form: 'JSON' | 'CSV') => {
    const answer = await analyst.ask((api) => api.exported(setup, form));
    if (answer.is === 'result') return answer.value;
    throw new Error('it is being mapped anew');
  };
  const forms: readonly ExportForm[] = [
    { form: 'SVG', make: svg },
    { form: 'PNG', make: svg },
    { form: 'CSV', make: () => result('CSV') },
    { form: 'JSON', make: () => result('JSON') },
  ];
  return <Export name={comparison.name} forms={isCurrent ? forms : []} />;
}
