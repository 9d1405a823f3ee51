import { type Mapping, tileColumns, tileRows } from '../../dataflow/dataflow.ts';
import { outputStationaryA } from '../../dataflow/output-stationary-a.ts';
import { outputStationaryB } from '../../dataflow/output-stationary-b.ts';
import { outputStationaryC } from '../../dataflow/output-stationary-c.ts';
import type { LayerShape } from '../../layer/shape.ts';
import type { LevelMapping, Loop } from '../../loopnest/mapping.ts';
import { evenFilters, evenTile, psumCauses, type Schedule, sum } from './schedule.ts';
import { sharedWords, type Tile, visitsOf, type Walk, wordsOf } from './shared-words.ts';

/** What an array makes at a time, and m filters in the GLB; what a dataflow does not tile is 1. */
interface X {
  readonly m: number;
  readonly n: number;
  readonly p: number;
  readonly e: number;
  readonly f: number;
}

const valuesOf = ({ m = 1, n = 1, p = 1, e = 1, f = 1 }: Mapping): X => ({ m, n, p, e, f });

/** How the three differ: which loops run inside the GLB, and which in the strip, where there is one. */
interface Kind {
  readonly id: string;
  /** Filter rows and columns of the loops of the GLB. */
  readonly glb: readonly ('R' | 'S')[];
  readonly strip?: readonly ('R' | 'S')[];
}

/**
 * All loops over channels and the filter are inside of those over psums. The GLB has filters for all pixels of an ofmap,
 * and the windows of the psums that the array makes at a time; it goes over them strip by strip.
 */
const outputStationaryNest = ({ id, glb, strip }: Kind): Schedule => ({
  id,

  wholeTiles({ N, M, E, F }, mapping) {
    const { m, n, p, e, f } = valuesOf(mapping);
    const filters = evenFilters(M, m, p);
    return { ...filters, n: evenTile(N, n), e: evenTile(E, e), f: evenTile(F, f) };
  },

  tiles(mapping) {
    const { m, n, e, f } = valuesOf(mapping);
    return { N: n, M: m, E: e, F: f };
  },

  levels(shape, mapping) {
    const { G, N, M, C, E, F } = shape;
    const { m, n, p, e, f } = valuesOf(mapping);
    const filter = (letters: readonly ('R' | 'S')[]) =>
      letters.map((letter): Loop => [letter, shape[letter]]);
    const spatialX: readonly Loop[] = [
      ['N', n],
      ['M', p],
      ['P', e],
      ['Q', f],
    ];
    const inGlb: readonly Loop[] = [['M', m / p], ['C', C], ...filter(glb)];
    const levels: readonly LevelMapping[] = [
      {
        name: 'DRAM',
        keep: ['weights', 'inputs', 'outputs'],
        temporal: [
          ['G', G],
          ['M', M / m],
          ['N', N / n],
          ['P', E / e],
          ['Q', F / f],
        ],
      },
      { name: 'GLB', keep: ['weights', 'inputs'], temporal: inGlb, ...(strip ? {} : { spatialX }) },
      ...(strip ? [{ name: 'strip', keep: ['inputs' as const], temporal: filter(strip), spatialX }] : []),
      { name: 'RF', keep: ['outputs'], temporal: [] },
    ];
    return levels;
  },

  causes(shape, mapping) {
    const { G, N, M, C, R, S, E, F, Uv, Uh, weights } = shape;
    const { m, n, p, e, f } = valuesOf(mapping);
    const outer: readonly Walk[] = [
      ['columns', F / f, Uh * f],
      ['rows', E / e, Uv * e],
      ['images', N / n, n],
      ['filters', M / m, m],
      ['groups', G, 1],
    ];
    const [rows, columns] = [tileRows(shape, e), tileColumns(shape, f)];
    const windows: Tile = { groups: 1, images: n, channels: C, rows, columns };
    const planned = n * C * (glb.includes('R') ? R : rows) * (glb.includes('S') ? S : columns);
    const kept = sum(sharedWords(windows, outer));

    const inner: readonly Walk[] = [
      ...(glb.includes('R') ? [['rows', R, dilationOf(shape)] as const] : []),
      ['channels', C, 1],
      ['filters', m / p, p],
    ];
    const inStrip: Tile = { ...windows, channels: 1, rows: glb.includes('R') ? 1 : rows };
    const psums = psumCauses(shape, { visits: 1, adders: 1, keptBy: ['rf'] });
    return {
      dram: {
        ifmap: { 'words kept': -kept, boxes: visitsOf(outer) * (wordsOf(windows) - planned) },
      },
      glb: {
        ifmap: {
          'words kept': strip ? -sum(sharedWords(inStrip, [...inner, ...outer])) : 0,
          fills: visitsOf(outer) * wordsOf(windows) - kept,
        },
        weight: { fills: weights },
      },
      array: { psum: psums.array },
      rf: { psum: psums.rf },
    };
  },
});

/** Rows of ifmap from one filter row to the next. */
const dilationOf = ({ R, spanR }: LayerShape): number => (R > 1 ? (spanR - 1) / (R - 1) : 1);

export const outputStationaryANest = outputStationaryNest({
  id: outputStationaryA.id,
  glb: [],
  strip: ['R', 'S'],
});

export const outputStationaryBNest = outputStationaryNest({
  id: outputStationaryB.id,
  glb: ['R'],
  strip: ['S'],
});

export const outputStationaryCNest = outputStationaryNest({ id: outputStationaryC.id, glb: ['R', 'S'] });
