import stringWidth from 'string-width';
import { macUnits } from '../loopnest/architecture.ts';
import type { LevelMapping, Loop } from '../loopnest/mapping.ts';
import { inMillions, printable, shareText, threeDigits } from './format.ts';
import type { LevelView, LoopView, ShownNest } from './nest-view.ts';

/** What a nest is of, what it comes to, and its dimensions. */
export function nestHeading({
  problem,
  architecture,
  evaluation,
}: ShownNest): readonly [name: string, facts: string, sizes: string] {
  const { energy, cycles, utilization, slowest, macs } = evaluation;
  const facts = [
    `${threeDigits(energy.perMac)} per MAC`,
    `${cycles.toLocaleString('en')} cycles`,
    `${shareText(100 * utilization)} % of ${macUnits(architecture).toLocaleString('en')} MACs busy`,
    ...(slowest === 'MAC' ? [] : [`${slowest} sets the pace`]),
  ];
  const sizes = Object.entries(problem.sizes).map(([dimension, size]) => `${dimension} ${size}`);
  return [
    `${problem.name} on ${architecture.name}`,
    facts.join(' · '),
    [...sizes, `${inMillions(macs)} MACs`].join(' · '),
  ];
}

/** `for m in 0..48`; `par` where all steps run at the same time, along an axis of the grid. */
export const loopText = ({ dimension, factor, kind }: LoopView): string => {
  const range = `${printable(dimension.toLowerCase())} in 0..${factor}`;
  return kind === 'time' ? `for ${range}` : `par ${range} (${kind})`;
};

/** `C16 P13, X Q13, Y S3 C4`: the loops of a level in one line. */
export function levelLine({ temporal, spatialX = [], spatialY = [] }: LevelMapping): string {
  const line = (axis: string, loops: readonly Loop[]) => {
    const factors = loops.flatMap(([dimension, factor]) => (factor > 1 ? [`${dimension}${factor}`] : []));
    return factors.length > 0 ? [[...axis, ...factors].join(' ')] : [];
  };
  return [...line('', temporal), ...line('X', spatialX), ...line('Y', spatialY)].join(', ');
}

/** `RF × 156`. */
export const levelName = ({ name, instances }: LevelView, mostCharacters = Infinity): string =>
  shortened(printable(name), mostCharacters) + (instances > 1 ? ` × ${instances.toLocaleString('en')}` : '');

/** `91 % of 65,536 words`, or `92,208 > 65,536 words`; none where there is no limit for all tensors together. */
export function fillText({ memory, kept }: LevelView): string | undefined {
  if (typeof memory?.capacity !== 'number') return undefined;
  const { capacity, doubleBuffered } = memory;
  const needed = Object.values(kept).reduce((sum, { tile }) => sum + tile, 0) * (doubleBuffered ? 2 : 1);
  const fill =
    needed > capacity
      ? `${wordsText(needed)} >`
      : `${shareText(capacity > 0 ? (100 * needed) / capacity : 0)} % of`;
  return `${fill} ${wordsText(capacity)} words`;
}

/** Exact as far as seven characters allow. */
export const wordsText = (words: number): string =>
  words < 1e6 ? words.toLocaleString('en') : inMillions(words);

/** Both ends of a text that is wider than so many characters. */
export function shortened(text: string, room: number): string {
  const width = stringWidth(text);
  if (width <= room) return text;
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  const most = Math.max(2, Math.floor((room * characters.length) / width));
  const tail = Math.floor((most - 1) / 2);
  return `${characters.slice(0, most - 1 - tail).join('')}…${characters.slice(characters.length - tail).join('')}`;
}
