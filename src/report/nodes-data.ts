import type { NodeReport } from '../layer/coverage.ts';
import type { Network } from '../layer/layer.ts';
import { type ColumnOf, columnsOf, type DataTable, dataTable } from './data-table.ts';

/** What one line is about. */
interface Line {
  readonly network: string;
  readonly node: NodeReport;
}

const always = columnsOf((line: Line) => line);
const ofNode = columnsOf(({ node }: Line) => node);

/** The columns of the nodes of an ONNX file in their order; all counts are for one image. */
export const NODE_COLUMNS: readonly ColumnOf<Line>[] = [
  always.text('network', 'name of the network', ({ network }) => network),
  ofNode.text('node', 'name of the node', ({ name }) => name),
  ofNode.text('operator', 'what it does', ({ op }) => op),
  ofNode.text('became', 'mapped, folded, elementwise or unsupported', ({ became }) => became),
  ofNode.text(
    'layers',
    'the layers that it became, with spaces between',
    ({ layers }) => layers?.join(' ') ?? null,
  ),
  ofNode.text('into', 'the node whose layer it is folded into', ({ into }) => into ?? null),
  ofNode.number('macs', 'MACs', 'its MACs; empty where unknown', ({ macs }) => macs),
  ofNode.number(
    'elements',
    'values',
    'values that it makes; empty where unknown',
    ({ elements }) => elements,
  ),
  ofNode.text('reason', 'why it is not mapped', ({ reason }) => reason ?? null),
];

/** The nodes of the ONNX file that a network comes from, as a table: a line for each; none for other networks. */
export const nodesData = ({ name, coverage }: Network): DataTable =>
  dataTable(
    NODE_COLUMNS,
    (coverage?.list ?? []).map((node) => ({ network: name, node })),
  );
