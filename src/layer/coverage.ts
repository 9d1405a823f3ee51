/** What became of a node of an ONNX file. */
export interface NodeReport {
  /** Its name, or one made of its operator where it has none. */
  readonly name: string;
  readonly op: string;
  /**
   * - `mapped`: it became layers.
   * - `folded`: it costs nothing of its own: it is done to each word of a layer's output on its way out, changes only how
   *   words are looked at, or gives the same in every run.
   * - `elementwise`: it takes few operations for each value; counted, not mapped.
   * - `unsupported`: it would be mapped, or might, and is not.
   */
  readonly became: 'mapped' | 'folded' | 'elementwise' | 'unsupported';
  /** The layers that it became. */
  readonly layers?: readonly string[] | undefined;
  /** The layer that it is folded into; undefined where into none. */
  readonly into?: string | undefined;
  /** MACs for one image; null where unknown. */
  readonly macs: number | null;
  /** Values that it makes, for one image; null where unknown. */
  readonly elements: number | null;
  /** Why it is not mapped. */
  readonly reason?: string | undefined;
}

/** What became of the nodes of an ONNX file, and how much of the network's work the layers have. */
export interface Coverage {
  /** MACs in layers, in percent of all MACs of the file. */
  readonly macsPercent: number;
  /** True if a node has an unknown number of MACs, so that the share may be smaller. */
  readonly isUpperBound: boolean;
  readonly nodes: {
    readonly mapped: number;
    readonly folded: number;
    readonly elementwise: number;
    readonly unsupported: readonly UnsupportedNode[];
  };
  /** Values that elementwise nodes make, for one image. */
  readonly elementwiseElements: number;
  /** Every node in the order in which they run. */
  readonly list: readonly NodeReport[];
}

export interface UnsupportedNode {
  readonly name: string;
  readonly op: string;
  /** For one image; null where unknown. */
  readonly macs: number | null;
  readonly reason: string;
}

/** The summary of what became of nodes. */
export function coverageOf(list: readonly NodeReport[]): Coverage {
  const of = (became: NodeReport['became']) => list.filter((node) => node.became === became);
  const sum = (nodes: readonly NodeReport[], key: 'macs' | 'elements') =>
    nodes.reduce((total, node) => total + (node[key] ?? 0), 0);
  const unsupported = of('unsupported');
  const [covered, missed] = [sum(of('mapped'), 'macs'), sum(unsupported, 'macs')];
  return {
    macsPercent: missed === 0 ? 100 : (100 * covered) / (covered + missed),
    isUpperBound: unsupported.some(({ macs }) => macs === null),
    nodes: {
      mapped: of('mapped').length,
      folded: of('folded').length,
      elementwise: of('elementwise').length,
      unsupported: unsupported.map(({ name, op, macs, reason = '' }) => ({ name, op, macs, reason })),
    },
    elementwiseElements: sum(of('elementwise'), 'elements'),
    list,
  };
}

/** Whether all of a network's work is in its layers. */
export const isComplete = ({ nodes }: Coverage): boolean => nodes.unsupported.length === 0;
