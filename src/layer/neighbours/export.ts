import { InputError, MOST_PROBLEMS, type Problem } from '../../input-error.ts';
import { LARGEST_SIZE, type Layer, type Network } from '../layer.ts';
import { type LayerShape, layerShape } from '../shape.ts';

/** A layer to export, with its sizes for one image: padding is part of H × W, which other tools have no word for. */
export interface Exported {
  readonly layer: Exclude<Layer, { type: 'pool' }>;
  readonly shape: LayerShape;
}

/**
 * The layers of a network that other tools know: all but pools.
 *
 * @param unsayable what a tool cannot say of a layer
 * @throws InputError with the names of layers that cannot be exported, or if there are only pools.
 */
export function exportedLayers(
  { name, layers }: Network,
  unsayable: (exported: Exported) => readonly Problem[],
): Exported[] {
  const exported = layers.flatMap((layer) =>
    layer.type === 'pool' ? [] : [{ layer, shape: layerShape(layer, 1) }],
  );
  if (exported.length === 0) {
    const allowed = 'conv or fc layers: there are only pools to leave out';
    throw new InputError({ code: 'missing', path: [name], allowed });
  }
  const problems = exported
    .flatMap((one) => [...sizeProblems(one), ...unsayable(one)])
    .map((problem) => ({ ...problem, allowed: `${problem.allowed}; --layers can leave the layer out` }));
  if (problems.length > 0) throw new InputError(...problems.slice(0, MOST_PROBLEMS));
  return exported;
}

/** Rowhouse would not take such a layer back. */
function sizeProblems({ layer, shape: { H, W } }: Exported): Problem[] {
  if (Math.max(H, W) <= LARGEST_SIZE) return [];
  const allowed = `at most ${LARGEST_SIZE} rows and columns with padding`;
  return [{ code: 'out-of-range', path: [layer.name, 'input'], found: [H, W], allowed }];
}

/** Notes on what no other tool's file says of a network. */
export function exportNotes({ layers }: Network): string[] {
  const pools = layers.filter(({ type }) => type === 'pool').length;
  const zeros = layers.some((layer) => layer.type !== 'pool' && layer.weightZeros !== undefined);
  return [
    ...(pools > 0
      ? [`${pools === 1 ? 'a pool is' : `${pools} pools are`} left out: no conv or fc layer`]
      : []),
    ...(zeros ? ['how many weights are zero is left out'] : []),
  ];
}

/** A name of letters, digits, dots, dashes and underlines that any file system takes; `otherwise` if it has none. */
export const fileNameOf = (name: string, otherwise: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/[^\w.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80) || otherwise;
