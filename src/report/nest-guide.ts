import { macUnits } from '../loopnest/architecture.ts';
import { TENSORS, type Tensor } from '../loopnest/problem.ts';
import { listed, shareText, upToThreeDigits } from './format.ts';
import type { DrawnTile } from './nest-drawing.ts';
import { wordsText } from './nest-names.ts';
import type { Effect, LevelView, LoopView, ShownNest } from './nest-view.ts';

/** What the drawing of a loop nest shows, for a student who has read no paper. */
export const NEST_GUIDE: readonly string[] = [
  'A layer multiplies weights with inputs and adds up the products, psums, to outputs. It is the same work in whatever order it is done; what differs is how often each word has to be fetched from a large memory far away, which costs much energy, and how often it is used again from a small one nearby, which costs little.',
  'A loop nest is such an order. Each box is a memory, from the largest to those beside the multipliers (MACs), and has loops of its own. Read it from top to bottom: each step of a loop runs all that stands below it once. "for" takes one step after the other; "par" takes all steps at the same time, in instances side by side along an axis of a grid.',
  'Each memory keeps a tile of a tensor: the part that all loops of its box and below it need. Tiles have to fit. A tensor may also go round a memory, and come from the next one above that keeps it.',
  'Beside each loop stands, for each tensor, how many words all inside the loop works on, and what the steps of the loop do to the tile below. Best is a loop over which a tile stays where it is. The order matters: a loop that a tensor does not know costs nothing only where no loop between it and the tile has moved that tile.',
  'Arrows between the boxes show how many words move over the whole run, and how often each word of the tensor comes by. Beside each box stands the share of the energy that its memory takes.',
  'Move a loop, and see. To a memory further in: the tiles of the memories on its way become larger, so that as a rule less is fetched again, until they do not fit. Further out: they become smaller. Into space: more MACs work at once. A limit that breaks is told with what is too much.',
];

/** What a loop does to a tensor, in a sentence each: a legend. */
export const EFFECT_GUIDE: Readonly<Record<Effect, string>> = {
  stays: 'The tile is used again in every step; nothing moves.',
  slides: 'The next tile overlaps the last one; only the part that is new is fetched.',
  new: 'Every step works on another tile.',
  again:
    'The loop asks for the same words once more, but loops inside it have moved the tile away: they are fetched again.',
  shared: 'All instances side by side need the same words; one read serves them all.',
  added:
    'All instances side by side add to the same psums; they are added up on their way to the memory above.',
  partly: 'Some of the instances side by side need the same words, others do not.',
  split: 'Each instance has a part of its own.',
};

/** The memories between which a loop moves a tensor. */
export interface Neighbours {
  /** Name of the level that keeps it above. */
  readonly above: string;
  /** Name of the next level that keeps it below, or of the MACs. */
  readonly below: string;
}

/** What a loop does to a tensor, in a sentence with the names at hand. */
export function effectSays(
  tensor: Tensor,
  { factor, tensors }: Pick<LoopView, 'factor' | 'tensors'>,
  { above, below }: Neighbours,
): string {
  const { effect, words } = tensors[tensor];
  const isOutputs = tensor === 'outputs';
  const moved = `${wordsText(words)} words over the whole run`;
  switch (effect) {
    case undefined:
      return isOutputs
        ? `No memory below ${above} keeps psums: the MACs add to them there in every step.`
        : `No memory below ${above} keeps ${tensor}: the MACs read them there in every step.`;
    case 'stays':
      return isOutputs
        ? `When this loop steps, ${below} goes on adding to the same psums: nothing moves.`
        : `When this loop steps, ${below} goes on with the same ${tensor}: nothing moves.`;
    case 'slides':
      return `When this loop steps, ${below} keeps a part of its ${tensor} and changes the rest: ${moved}.`;
    case 'new':
      return isOutputs
        ? `When this loop steps, ${below} gives its psums to ${above} and goes on with others: ${moved}.`
        : `When this loop steps, ${below} gets other ${tensor} from ${above}: ${moved}.`;
    case 'again':
      return isOutputs
        ? `Loops inside this one have taken ${below} to other psums: when it steps, those from before come again to be added to: ${moved}, up and down.`
        : `Loops inside this one have taken ${below} to other ${tensor}: when it steps, those from before come again from ${above}: ${moved}.`;
    case 'shared':
      return `All ${factor} side by side work on the same ${tensor}: one read serves them all.`;
    case 'added':
      return `All ${factor} side by side add to the same psums, which are added up on their way to ${above}.`;
    case 'partly':
      return `Of the instances side by side, some have the same ${tensor}, and one read serves these.`;
    case 'split':
      return `Each of the ${factor} side by side works on ${isOutputs ? 'psums' : tensor} of its own.`;
  }
}

/** What an arrow stands for, in a sentence. */
export function arrowSays(
  tensor: Tensor,
  { above, below }: Neighbours,
  down: { readonly words: number; readonly times: number },
  up: { readonly words: number; readonly times: number } | undefined,
): string {
  if (up === undefined) {
    return `${wordsText(down.words)} words of ${tensor} are read in ${above} for ${below}, each ${timesText(down.times)} on average.`;
  }
  const back =
    down.words > 0 ? `${wordsText(down.words)} come down again to be added to` : 'none comes down again';
  return `${wordsText(up.words)} psums go from ${below} up to ${above}, each output ${timesText(up.times)}; ${back}.`;
}

/** What a memory keeps of a tensor, and how often that is accessed, in a sentence. */
export function tileSays(
  tensor: Tensor,
  level: string,
  { words, axes, reads, fills, updates }: DrawnTile,
): string {
  const box = axes.map(({ dimensions, length }) => `${dimensions.join('+')} ${wordsText(length)}`);
  const run = [
    `${wordsText(reads)} words are read there`,
    ...(fills > 0 ? [`${wordsText(fills)} come from above`] : []),
    ...(updates > 0 ? [`${wordsText(updates)} psums come from below`] : []),
  ];
  return `${level} keeps a tile of ${wordsText(words)} words of ${tensor}: ${box.join(' × ')}. Over the whole run, ${listed(run)}.`;
}

/** That a tensor goes round a memory, in a sentence. */
export const roundSays = (tensor: Tensor, level: string, { above, below }: Neighbours): string =>
  tensor === 'outputs'
    ? `psums go round ${level}: straight from ${below} to ${above}.`
    : `${tensor} go round ${level}: straight from ${above} to ${below}.`;

/** What a nest shows, in sentences: where the energy goes, how often words come from DRAM, what sets the pace. */
export function nestSays(
  { architecture, evaluation }: ShownNest,
  levels: readonly LevelView[],
): readonly string[] {
  const { energy, slowest } = evaluation;
  const [part, most] = Object.entries(energy.byLevel).reduce((a, b) => (b[1] > a[1] ? b : a));
  const outermost = levels[0]!;
  const [weights, inputs, outputs] = TENSORS.map((tensor) => {
    const { reads, updates, tile } = outermost.kept[tensor]!;
    return timesText((tensor === 'outputs' ? updates : reads) / tile);
  });
  const [used, all] = [levels.at(-1)!.instances, macUnits(architecture)].map((n) => n.toLocaleString('en'));
  return [
    ...(most > 0
      ? [`The largest part of the energy, ${shareText((100 * most) / energy.total)} %, is that of ${part}.`]
      : []),
    `On average, each weight is read from ${outermost.name} ${weights}, each input ${inputs}; each output is written there ${outputs}.`,
    `The loops in space keep ${used} of ${all} MACs at work side by side.`,
    slowest === 'MAC'
      ? 'The MACs set the pace: no memory needs longer for its words.'
      : `The bandwidth of ${slowest} sets the pace: the MACs wait for it.`,
  ];
}

/** `once`, `2.5 times`. */
const timesText = (times: number): string =>
  times === 1 ? 'once' : `${times < 1000 ? upToThreeDigits(times) : wordsText(Math.round(times))} times`;
