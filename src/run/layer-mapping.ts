import { type ChosenMapping, chooseMapping } from '../chip/choose-mapping.ts';
import { describeProblem, InputError } from '../input-error.ts';
import { product } from '../layer/onnx/fact.ts';
import type { ChipWork } from './chip-node.ts';
import type { ChipStep, Plan } from './plan.ts';

/** A fully connected layer whose feature map is too high or wide for a filter, on the same numbers in a row of channels. */
export function onChipOrFlat(work: ChipWork, images: number, how: Pick<Plan, 'chip' | 'costs' | 'mapping'>) {
  const step = onChip(work, images, how);
  const { layer } = work;
  if (!('reason' in step) || layer.type !== 'fc' || layer.input[1] * layer.input[2] === 1) return step;
  const flat = onChip({ ...work, layer: { ...layer, input: [product(layer.input), 1, 1] } }, images, how);
  return 'reason' in flat ? step : flat;
}

function onChip(
  work: ChipWork,
  images: number,
  how: Pick<Plan, 'chip' | 'costs' | 'mapping'>,
): ChipStep | { readonly reason: string } {
  try {
    return { ...work, on: 'chip', chosen: mappingFor(work, images, how) };
  } catch (error) {
    if (!(error instanceof InputError) || error.problems[0]?.path[0] === 'mapping') throw error;
    const [{ code, path, found, allowed }] = error.problems as [(typeof error.problems)[0]];
    // What the layer is called is known
    return { reason: describeProblem({ code, path: path.slice(1), found, allowed }) };
  }
}

/** The mapping of a layer for so many images of the network. */
const mappingFor = (
  { layer, rows }: Pick<ChipWork, 'layer' | 'rows'>,
  images: number,
  { chip, costs, mapping }: Pick<Plan, 'chip' | 'costs' | 'mapping'>,
): ChosenMapping =>
  chooseMapping(chip, layer, images * rows, layer.type === 'pool' ? 'best' : mapping, costs);

/** The mapping of a layer for a batch that is not full; letters that are given are those of a full one. */
export function mappingForFewer(step: ChipStep, images: number, plan: Plan): ChosenMapping {
  const { mapping } = plan;
  const isGiven = typeof mapping !== 'string' && mapping.n !== undefined;
  const fewer = isGiven ? { ...mapping, n: Math.min(mapping.n!, images * step.rows) } : mapping;
  return mappingFor(step, images, { ...plan, mapping: fewer });
}
