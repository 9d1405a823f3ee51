import { paddedProblem } from '../loopnest/evaluate.ts';
import type { BrokenNestLimit } from '../loopnest/limits.ts';
import { macsOf } from '../loopnest/problem.ts';
import type { Convention } from '../loopnest/walk.ts';
import { listed } from './format.ts';
import type { ShownNest } from './nest-view.ts';

/** A limit that a mapping breaks, in a sentence. */
export function limitNote(broken: BrokenNestLimit): string {
  const { level } = broken;
  const [needed, available, excess] = [broken.needed, broken.available, broken.needed - broken.available].map(
    (number) => number.toLocaleString('en'),
  );
  if (broken.limit === 'fanout') {
    const axis = broken.axis.toUpperCase();
    return `Too wide for ${level}: the loops along ${axis} need ${needed} instances side by side, the grid has ${available}: ${excess} too many.`;
  }
  const [tiles, take] = broken.tensors.length > 1 ? ['the tiles', 'take'] : ['the tile', 'takes'];
  return `Too large for ${level}: ${tiles} of ${listed(broken.tensors)} ${take} ${needed} words of ${available}: ${excess} too many.`;
}

/** What imperfect factors add to a problem, if anything. */
export function paddingNote({ problem, mapping, evaluation }: ShownNest): string | undefined {
  const dimensions = Object.entries(evaluation.padded).map(
    ([dimension, size]) => `${dimension} from ${problem.sizes[dimension]} to ${size}`,
  );
  if (dimensions.length === 0) return undefined;
  const more = (100 * macsOf(paddedProblem(problem, mapping))) / evaluation.macs - 100;
  return `The factors pad ${listed(dimensions)}: ${more.toFixed(1)} % more MACs, computed and moved like all others.`;
}

/** What has to be known of counts that are not those of the loops. */
export const conventionNote = (convention: Convention): string | undefined =>
  convention === 'timeloop'
    ? 'Words are counted as Timeloop does, which goes on from the first two steps of each loop; --convention true counts what the loops do.'
    : undefined;
