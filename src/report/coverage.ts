import type { Coverage } from '../layer/coverage.ts';
import { inMillions, listed, shareText } from './format.ts';

/** Unsupported nodes that a warning names; the others are counted. */
const MOST_NAMED = 5;

/** What became of the nodes of an ONNX file, as a sentence. */
export function coverageSentence({ nodes, list, elementwiseElements }: Coverage): string {
  const { mapped, folded, elementwise, unsupported } = nodes;
  const parts = [
    `${mapped} are mapped`,
    `${folded} folded into layers or known before they run`,
    `${elementwise} elementwise (${inMillions(elementwiseElements)} values)`,
    `${unsupported.length} unsupported`,
  ];
  return `Of the ${list.length} nodes of the ONNX file, ${listed(parts)}.`;
}

/** The share of a network's MACs that its layers have: `97.3 %`, `at most 97.3 %`. */
export const shareOfMacs = ({ macsPercent, isUpperBound }: Coverage): string =>
  `${isUpperBound ? 'at most ' : ''}${shareText(macsPercent)} %`;

/** What is not mapped, and why: a line for each node. */
export const unsupportedNodes = ({ nodes }: Coverage): readonly string[] =>
  nodes.unsupported.map(({ name, op, macs, reason }) => {
    const work = macs === null ? 'unknown MACs' : `${inMillions(macs)} MACs`;
    return `${name} (${op}, ${work}): ${reason}`;
  });

/** What of a network is missing in its layers: every kind of unsupported node, with its reason and its MACs. */
export function coverageWarning(file: string, coverage: Coverage): string {
  const unsupported = unsupportedNodes(coverage);
  const named = unsupported.slice(0, MOST_NAMED);
  const others = unsupported.length - named.length;
  const rest = others > 0 ? `; and ${others} more, which --json lists` : '';
  return `warning: ${file}: ${shareOfMacs(coverage)} of the MACs are in layers; not mapped: ${named.join('; ')}${rest}`;
}
