import type { Coverage, NodeReport } from '../layer/coverage.ts';
import type { Layer } from '../layer/layer.ts';
import type { CountedLayer, CountedNetwork } from '../layer/totals.ts';
import { shareOfMacs } from './coverage.ts';
import { inMillions } from './format.ts';
import { type Cell, type Column, cells, NONE, type Sheet } from './sheet.ts';

const left = (name: string, shrinks = false): Column => ({ name, align: 'left', shrinks });
const right = (name: string, unit?: string): Column => ({ name, unit, align: 'right' });

/** A row per layer. */
export function layersSheet({ layers }: CountedNetwork): Sheet {
  const hasZeros = layers.some((layer) => zerosOf(layer) !== undefined);
  const ofFilters = layers.filter(({ type }) => type !== 'pool');
  const sum = (key: 'macs' | 'weights') => ofFilters.reduce((total, layer) => total + layer[key], 0);
  return {
    title: 'Layers',
    note: 'for one image',
    columns: [
      left('Layer', true),
      left('Type'),
      right('Input', 'C × H × W'),
      right('Output', 'C × H × W'),
      right('Kernel'),
      right('Stride'),
      left('Details'),
      right('MACs'),
      right('Weights'),
      ...(hasZeros ? [right('Zeros', '% of weights')] : []),
    ],
    rows: layers.map((layer) => [...rowOf(layer), ...(hasZeros ? [zerosCell(layer)] : [])]),
    foot: [
      ...cells('all layers', '', '', '', '', '', '', inMillions(sum('macs')), inMillions(sum('weights'))),
      ...(hasZeros ? [NO_SUM] : []),
    ],
  };
}

const NO_SUM: Cell = { text: '' };

function rowOf(layer: CountedLayer): readonly Cell[] {
  const { input, output, macs, weights } = layer;
  const sizes = [input.join(' × '), output.join(' × ')];
  const windows = layer.type === 'fc' ? ['', ''] : [bothWays(layer.kernel), bothWays(layer.stride)];
  return [
    ...cells(layer.name, layer.type, ...sizes, ...windows, details(layer)),
    layer.type === 'pool' ? NONE : { text: inMillions(macs) },
    layer.type === 'pool' ? NONE : { text: inMillions(weights) },
  ];
}

const bothWays = ([vertical, horizontal]: readonly [number, number]): string =>
  vertical === horizontal ? String(vertical) : `${vertical} × ${horizontal}`;

/** What differs from a plain layer: `pad 1, 32 groups`. */
function details(layer: Layer): string {
  if (layer.type === 'fc') return '';
  const [top, , bottom, right] = layer.pad;
  const isEven = layer.pad.every((pad) => pad === top);
  const pad = isEven
    ? String(top)
    : top === bottom && right === layer.pad[1]
      ? `${top}, ${right}`
      : `[${layer.pad.join(', ')}]`;
  const facts = layer.pad.some((one) => one > 0) ? [`pad ${pad}`] : [];
  if (layer.type === 'conv') {
    const { dilation, groups, weightsPerImage, input } = layer;
    if (dilation.some((one) => one > 1)) facts.push(`dilation ${bothWays(dilation)}`);
    if (groups > 1) facts.push(groups === input[0] ? 'depthwise' : `${groups} groups`);
    if (weightsPerImage) facts.push('weights computed');
  }
  return facts.join('; ');
}

const zerosOf = (layer: Layer): number | undefined => (layer.type === 'pool' ? undefined : layer.weightZeros);

function zerosCell(layer: Layer): Cell {
  const zeros = zerosOf(layer);
  return zeros === undefined ? NONE : { text: (100 * zeros).toFixed(1) };
}

const BECAME = [
  'mapped',
  'folded',
  'elementwise',
  'unsupported',
] as const satisfies readonly NodeReport['became'][];

/** A row per operator of an ONNX file: what became of its nodes. */
export function nodesSheet(coverage: Coverage): Sheet {
  const operators = new Map<string, NodeReport[]>();
  for (const node of coverage.list) {
    const known = operators.get(node.op);
    if (known) known.push(node);
    else operators.set(node.op, [node]);
  }
  const count = (nodes: readonly NodeReport[], became: NodeReport['became']): Cell => {
    const some = nodes.filter((node) => node.became === became).length;
    return some === 0 ? NONE : { text: String(some) };
  };
  const macsOf = (nodes: readonly NodeReport[]): Cell => {
    if (nodes.some(({ macs }) => macs === null)) return { text: 'unknown' };
    const macs = nodes.reduce((sum, node) => sum + node.macs!, 0);
    return macs === 0 ? NONE : { text: inMillions(macs) };
  };
  const row = (name: string, nodes: readonly NodeReport[]) => [
    ...cells(name, String(nodes.length)),
    ...BECAME.map((became) => count(nodes, became)),
    macsOf(nodes),
  ];
  return {
    title: 'Nodes of the ONNX file',
    note: `${shareOfMacs(coverage)} of the MACs are in layers`,
    columns: [
      left('Operator', true),
      right('Nodes'),
      ...BECAME.map((became) => right(became)),
      right('MACs'),
    ],
    rows: [...operators].map(([op, nodes]) => row(op, nodes)),
    foot: row('all nodes', coverage.list),
  };
}
