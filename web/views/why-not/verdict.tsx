import type { TopLevelSpec } from 'vega-lite';
import type { LimitUse, MappingByHand, ParameterByHand } from '../../../src/analysis/by-hand.ts';
import { byHandData } from '../../../src/report/by-hand-data.ts';
import { tableCsv } from '../../../src/report/csv.ts';
import { jsonText } from '../../../src/report/json.ts';
import { Chart } from '../../parts/chart.tsx';
import { Export } from '../../parts/export.tsx';
import { drawChart } from '../../work/drawing.ts';

type Change = (mapping: Readonly<Record<string, number>>) => void;

/** A mapping to change, what is to be said of it, its limits and its energy. */
export function Verdict({
  byHand,
  chart,
  change,
}: {
  byHand: MappingByHand;
  chart: TopLevelSpec;
  change: Change;
}) {
  const { layer, dataflow, feasible, says, parameters, limits, cost } = byHand;
  const svg = () => drawChart(chart, 'light');
  return (
    <>
      <div class={feasible ? 'verdict' : 'verdict broken'} role="status">
        {says.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      <Parameters parameters={parameters} mapping={cost.mapping} change={change} />
      <Limits limits={limits} />
      <Chart
        chart={chart}
        label={`Energy per MAC of ${layer} under ${dataflow}, by hand and at the optimum`}
      />
      <Export
        name={`${layer}-${dataflow}`.replaceAll(/[^\w.-]+/g, '-')}
        forms={[
          { form: 'SVG', make: svg },
          { form: 'PNG', make: svg },
          { form: 'CSV', make: () => tableCsv(byHandData(byHand)) },
          { form: 'JSON', make: () => jsonText(byHand) },
        ]}
      />
    </>
  );
}

function Parameters({
  parameters,
  mapping,
  change,
}: {
  parameters: readonly ParameterByHand[];
  mapping: Readonly<Record<string, number>>;
  change: Change;
}) {
  const best = parameters.every((one) => one.best !== null)
    ? Object.fromEntries(parameters.map((one) => [one.name, one.best!]))
    : undefined;
  return (
    <fieldset class="parameters">
      <legend>The mapping</legend>
      {parameters.map((parameter) => (
        <Parameter
          key={parameter.name}
          parameter={parameter}
          set={(value) => change({ ...mapping, [parameter.name]: value })}
        />
      ))}
      {best && (
        <button type="button" onClick={() => change(best)}>
          Back to the optimum
        </button>
      )}
    </fieldset>
  );
}

function Parameter({
  parameter: { name, means, value, most, best, largest },
  set,
}: {
  parameter: ParameterByHand;
  set: (value: number) => void;
}) {
  const id = `parameter-${name}`;
  const setIfAny = (found: number) => {
    if (Number.isInteger(found) && found >= 1 && found <= most) set(found);
  };
  return (
    <div class="parameter">
      <label for={id}>
        <b>{name}</b> <span class="means">{means}</span>
      </label>
      <input
        type="range"
        aria-label={`${name}, as a slider`}
        min={1}
        max={most}
        value={value}
        onInput={({ currentTarget }) => set(Number(currentTarget.value))}
      />
      <input
        id={id}
        type="number"
        min={1}
        max={most}
        value={value}
        aria-describedby={`${id}-notes`}
        onInput={({ currentTarget }) => setIfAny(currentTarget.valueAsNumber)}
      />
      <small id={`${id}-notes`} class="hint">
        of {most.toLocaleString('en-US')}
        {best !== null && `; best ${best}`}
        {largest === null ? '; none fits' : `; up to ${largest} fits`}
      </small>
    </div>
  );
}

const LIMIT_NAMES: Readonly<Record<string, string>> = { glb: 'GLB', rf: 'RF', pes: 'PEs' };

function Limits({ limits }: { limits: readonly LimitUse[] }) {
  return (
    <section aria-labelledby="limits">
      <h2 id="limits">Limits</h2>
      <ul class="limits">
        {limits.map(({ name, unit, needed, available, over }) => (
          <li key={name} class={over > 0 ? 'broken' : undefined}>
            <span class="limit">{LIMIT_NAMES[name] ?? name}</span>
            <meter aria-label={`${name}: needed of available`} min={0} max={available} value={needed} />
            <span>
              {count(needed)} of {count(available)} {unit}
              {over > 0 && <strong>: {count(over)} too many</strong>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const count = (value: number): string => Math.ceil(value).toLocaleString('en-US');
