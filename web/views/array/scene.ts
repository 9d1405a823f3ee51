import type { Theme } from '../../work/artist.worker.ts';
import { PALETTES } from './colours.ts';
import type { Colouring } from './fields.ts';
import { layoutOf } from './layout.ts';
import type { Memories, Scene } from './paint.ts';
import type { Opened, PassShown } from './questions.ts';
import { segmentsOf } from './segments.ts';

/** How a scene is to be drawn. */
interface Wanted {
  readonly width: number;
  readonly theme: Theme;
  readonly colours: Colouring;
  readonly overlays: Scene['overlays'];
  readonly selected: number | undefined;
  readonly holders: readonly number[];
}

/** All that is drawn of a pass, but for the cycle. */
export function sceneOf(
  opened: Opened,
  shown: PassShown,
  { width, theme, colours, overlays, selected, holders }: Wanted,
): Scene {
  const { array, placement, layer } = opened.plan;
  const pes = array.rows * array.columns;
  const layout = layoutOf(width, array);
  const sets: (number | undefined)[] = Array.from({ length: pes });
  const marks = Array.from({ length: pes }, () => '');
  const channelSets = 1 + Math.max(...placement.places.map(({ channelSet }) => channelSet));
  for (const { row, column, filterSet, channelSet, i, j } of placement.places) {
    const pe = row * array.columns + column;
    sets[pe] = filterSet * channelSets + channelSet;
    marks[pe] = layout.cell > 24 ? `${i}, ${j}` : String(i);
  }
  return {
    layout,
    palette: PALETTES[theme],
    shown,
    colouring: colours,
    sets,
    marks,
    segments: segmentsOf(placement, layer.shape.Uv),
    overlays,
    selected,
    holders,
    memories: memoriesOf(opened, shown),
  };
}

function memoriesOf({ plan, filterBanks }: Opened, { pass, dram }: PassShown): Memories {
  const { banks, glbWords } = plan;
  const kept = (['ifmap', 'psum', 'filter'] as const).flatMap((use) => [
    `${use}: ${count(pass.glb[use])}`,
    `of ${count(glbWords[use])} words`,
  ]);
  return {
    uses: [...banks, ...Array.from({ length: filterBanks }, () => 'filter' as const)],
    lines: kept,
    dramLines: ['words of', 'this pass', '', 'read:', count(dram.in), 'written:', count(dram.out)],
  };
}

const count = (value: number): string => value.toLocaleString('en-US');
