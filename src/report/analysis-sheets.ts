import type { AnalysisResult, DataflowResult, Energy, NetworkTotal } from '../analysis/result.ts';
import type { ReuseFactors } from '../dataflow/reuse.ts';
import { DATA_TYPES } from '../hardware/energy.ts';
import { baseline, bestUnder, type LayerAcross, layersAcross, MEASURES } from './compare.ts';
import { coverageSentence } from './coverage.ts';
import { alike, howMany, inMillions, kilobytes, listed, mappingText, upToThreeDigits } from './format.ts';
import { type Cell, type Column, cells, marked, NONE, type Sheet } from './sheet.ts';

/** What is analysed, with what, towards what. */
export function heading({ network, batch, objective, hardware, results }: AnalysisResult): readonly string[] {
  const pes = [...new Set(results.map((result) => result.hardware.pes))].join('/');
  return [network, `batch ${batch}`, `${pes} PEs`, MEASURES[objective].goal, hardware];
}

/**
 * What the sums leave out: layers that do no MACs, and nodes of an ONNX file that are no layers.
 *
 * @param poolFlag what one asks for to have the former mapped
 */
export function footnote(
  { notMapped, coverage }: AnalysisResult,
  poolFlag = '--layers pool',
): string | undefined {
  const notes = [...leftOut(notMapped, poolFlag), ...(coverage ? [coverageSentence(coverage)] : [])];
  return notes.length > 0 ? notes.join(' ') : undefined;
}

function leftOut(notMapped: readonly string[], poolFlag: string): readonly string[] {
  if (notMapped.length === 0) return [];
  const [does, them] =
    notMapped.length === 1 ? ['does no MACs and is', 'it'] : ['do no MACs and are', 'them'];
  return [`${listed(notMapped)} ${does} not in these sums; ${poolFlag} maps ${them}.`];
}

/** The tables of a result, from the whole to the parts. */
export function analysisSheets(result: AnalysisResult): readonly Sheet[] {
  const between = result.results.length > 1 ? [layerByLayer(result)] : [];
  const [only] = result.results.length === 1 ? result.results : [];
  return [summary(result), ...between, mappings(result), energies(result), ...(only ? [reuse(only)] : [])];
}

/** A row per dataflow. */
function summary(result: AnalysisResult): Sheet {
  const { results } = result;
  const base = results.length > 1 ? baseline(result) : undefined;
  const relative = (name: string, of: (total: NetworkTotal) => number): SummaryMeasure[] =>
    base
      ? [{ name, unit: `× ${base.dataflow}`, of: (total) => of(total) / of(base.total), decimals: 2 }]
      : [];
  const measures: readonly SummaryMeasure[] = [
    { name: 'Energy', unit: 'per MAC', of: (total) => total.energyPerMac },
    ...relative('Energy', (total) => total.energyPerMac),
    { name: 'DRAM', unit: 'words/MAC', of: (total) => total.dramPerMac },
    { name: 'Throughput', unit: 'MACs/cycle', of: (total) => 1 / total.delayPerMac, better: 'high' },
    ...(base ? relative('EDP', (total) => total.edp) : [EDP]),
  ];
  const columns = measures.map(({ of, better, decimals }) => {
    const values = results
      .map(({ total }) => (total === null ? undefined : of(total)))
      // A ratio of two energies of 0 says nothing
      .map((value) => (Number.isNaN(value) ? undefined : value));
    const write = decimals === undefined ? alike(values.filter(isKnown)) : (x: number) => x.toFixed(decimals);
    return marked(values, write, better);
  });
  return {
    title: 'Dataflows',
    note: `${results.length > 1 ? `${BEST}; ` : ''}energy in the units of the hardware's table`,
    columns: [
      left('Dataflow'),
      left('', { shrinks: true }),
      right('RF', 'B/PE'),
      right('GLB', 'kB'),
      ...measures.map(({ name, unit }) => right(name, unit)),
    ],
    rows: results.map(({ dataflow, title, total, hardware: { rfBytes, glbBytes } }, i) => {
      const [energy, ...others] = columns.map((column) => column[i]!);
      return [
        ...cells(dataflow, title, String(rfBytes), kilobytes(glbBytes)),
        total === null ? CANNOT_RUN : energy!,
        ...others,
      ];
    }),
  };
}

interface SummaryMeasure {
  readonly name: string;
  readonly unit: string;
  readonly of: (total: NetworkTotal) => number;
  /** Default low. */
  readonly better?: 'low' | 'high';
  /** Default: as many as {@link alike} finds right. */
  readonly decimals?: number;
}

const EDP: SummaryMeasure = { name: 'EDP', unit: 'per MAC²', of: (total) => total.edp };

/** A row per layer, a column per dataflow: what the objective makes small. */
function layerByLayer(result: AnalysisResult): Sheet {
  const { name, unit, ofLayer, ofNetwork } = MEASURES[result.objective];
  const layers = layersAcross(result).map((layer) => ({
    ...layer,
    values: layer.under.map((one) => (one.feasible ? ofLayer(one) : undefined)),
  }));
  const totals = result.results.map(({ total }) => (total === null ? undefined : ofNetwork(total)));
  const write = alike(layers.flatMap(({ values }) => values.filter(isKnown)));
  const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
  return {
    title: `${name} ${unit}, layer by layer`,
    note: BEST,
    columns: [
      left('Layer', { shrinks: true }),
      right('MACs'),
      ...result.results.map((one) => right(one.dataflow)),
    ],
    rows: layers.map((layer) => [
      ...cells(layer.name, inMillions(layer.macs)),
      ...marked(layer.values, write),
    ]),
    foot: [...cells('all layers', inMillions(macs)), ...marked(totals, write)],
  };
}

/** A row per layer: the mapping under the dataflow that is best for it, and how sure that is. */
function mappings(result: AnalysisResult): Sheet {
  const layers = layersAcross(result);
  const hasZeros = layers.some(({ weightZerosPercent }) => weightZerosPercent !== undefined);
  const zeros = ({ weightZerosPercent }: LayerAcross): Cell[] => {
    if (!hasZeros) return [];
    return [weightZerosPercent === undefined ? NONE : { text: weightZerosPercent.toFixed(1) }];
  };
  return {
    title: 'Best mappings',
    note:
      result.results.length > 1
        ? `each layer under the dataflow with the ${MEASURES[result.objective].goal}`
        : `the ${MEASURES[result.objective].goal}`,
    columns: [
      left('Layer', { shrinks: true }),
      left('Dataflow'),
      left('Mapping'),
      right('PEs', 'active'),
      ...(hasZeros ? [right('Zeros', '% of weights')] : []),
      left('Search'),
      right('Mappings', 'visited'),
      right('Boxes', 'bounded'),
    ],
    rows: layers.map((layer) => {
      const best = bestUnder(result, layer);
      if (best === undefined) {
        return [{ text: layer.name }, CANNOT_RUN, NONE, NONE, ...zeros(layer), NONE, NONE, NONE];
      }
      const { mapping, activePes, search } = best.layer;
      return [
        ...cells(layer.name, best.dataflow, mappingText(mapping), `${activePes} of ${best.pes}`),
        ...zeros(layer),
        ...cells(
          search.proven ? 'proven' : 'not proven',
          `${howMany(search.visited)} of ${howMany(search.spaceSize)}`,
          howMany(search.boxes),
        ),
      ];
    }),
  };
}

/** A row per layer: where the energy of its best mapping goes. */
function energies(result: AnalysisResult): Sheet {
  const layers = layersAcross(result).map((layer) => ({ layer, best: bestUnder(result, layer) }));
  const write = alike(layers.flatMap(({ best }) => (best ? [best.layer.energy.perMac] : [])));
  const parts = ({ byLevel: { alu, dram, glb, array, rf }, total }: Energy, macs: number) =>
    cells(...[alu, dram, glb, array, rf, total].map((energy) => write(energy / macs)));
  const [only, ...others] = result.results;
  return {
    title: 'Where the energy goes',
    note: 'per MAC, in the same mappings',
    columns: [
      left('Layer', { shrinks: true }),
      left('Dataflow'),
      ...['ALU', 'DRAM', 'GLB', 'array', 'RF', 'total'].map((name) => right(name)),
    ],
    rows: layers.map(({ layer, best }) =>
      best
        ? [...cells(layer.name, best.dataflow), ...parts(best.layer.energy, layer.macs)]
        : [{ text: layer.name }, CANNOT_RUN, NONE, NONE, NONE, NONE, NONE, NONE],
    ),
    foot:
      only?.total && others.length === 0
        ? [...cells('all layers', only.dataflow), ...parts(only.total.energy, only.total.macs)]
        : undefined,
  };
}

/** A row per layer: how a dataflow splits the uses of a value over the hierarchy. */
function reuse({ layers }: DataflowResult): Sheet {
  const product = ({ a, b, c, d }: ReuseFactors) => [a, b, c, d].map(upToThreeDigits).join(' × ');
  return {
    title: 'How often a value is used',
    note: 'at the DRAM × at the GLB × over the array × at the RF, for the average value',
    columns: [left('Layer', { shrinks: true }), right('ifmap'), right('weight'), right('psum')],
    rows: layers.map((layer) =>
      layer.feasible
        ? cells(layer.name, ...DATA_TYPES.map((data) => product(layer.reuse[data])))
        : [{ text: layer.name }, NONE, NONE, NONE],
    ),
  };
}

const BEST = '* best';
const CANNOT_RUN: Cell = { text: 'cannot run', look: 'none' };

const isKnown = <T>(value: T | undefined): value is T => value !== undefined;
const left = (name: string, more?: Partial<Column>): Column => ({ name, align: 'left', ...more });
const right = (name: string, unit?: string): Column => ({ name, unit, align: 'right' });
