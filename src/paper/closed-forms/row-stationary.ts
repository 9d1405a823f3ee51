import { tileColumns } from '../../dataflow/dataflow.ts';
import { type RowStationaryMapping, rowStationary } from '../../dataflow/row-stationary.ts';
import type { LayerShape } from '../../layer/shape.ts';
import { evenFilters, evenTile, psumCauses, rowsTouched, type Schedule, sum } from './schedule.ts';
import { sharedWords, visitsOf, type Walk, wordsOf } from './shared-words.ts';

type X = RowStationaryMapping;

/** Steps of the loops, outside the GLB and inside. */
const stepsOf = ({ N, M, C, F }: LayerShape, { m, n, f, p, q, r, t }: X) => ({
  images: N / n,
  strips: F / f,
  filters: M / m,
  channels: C / (q * r),
  passes: m / (p * t),
});

/**
 * A PE takes a column of a filter down a column of the ifmap; a set is S × f PEs, as the counts of the closed form have it,
 * whose limits say R × f.
 */
export const rowStationaryNest: Schedule = {
  id: rowStationary.id,

  wholeTiles({ N, M, C, F }, mapping) {
    const { m, n, f, p, q, r, t } = mapping as X;
    const groups = Math.ceil(C / (q * r));
    const evenQ = Math.ceil(C / (groups * r));
    const evenR = Math.ceil(C / (groups * evenQ));
    return { n: evenTile(N, n), f: evenTile(F, f), q: evenQ, r: evenR, ...evenFilters(M, m, p, t) };
  },

  tiles(mapping) {
    const { m, n, f, q, r } = mapping as X;
    return { N: n, M: m, C: q * r, F: f };
  },

  levels(shape, mapping) {
    const { n, f, p, q, r, t } = mapping as X;
    const { G, R, S, E } = shape;
    const { images, strips, filters, channels, passes } = stepsOf(shape, mapping as X);
    return [
      {
        name: 'DRAM',
        keep: ['weights', 'inputs', 'outputs'],
        temporal: [
          ['G', G],
          ['N', images],
          ['Q', strips],
          ['M', filters],
          ['C', channels],
        ],
      },
      {
        name: 'GLB',
        keep: ['inputs', 'outputs'],
        temporal: [
          ['M', passes],
          ['N', n],
          ['P', E],
        ],
        spatialX: [
          ['Q', f],
          ['S', S],
          ['C', r],
          ['M', t],
        ],
      },
      {
        name: 'RF',
        keep: ['weights', 'inputs', 'outputs'],
        temporal: [
          ['R', R],
          ['C', q],
          ['M', p],
        ],
      },
    ];
  },

  causes(shape, mapping) {
    const { m, n, f, p, q, r, t } = mapping as X;
    const { G, E, H, R, S, Uv, Uh, spanR, ofmaps } = shape;
    const steps = stepsOf(shape, mapping as X);
    const pes = S * f * r * t;
    const outer: readonly Walk[] = [
      ['channels', steps.channels, q * r],
      ['filters', steps.filters, m],
      ['columns', steps.strips, Uh * f],
      ['images', steps.images, n],
      ['groups', G, 1],
    ];
    const inner: readonly Walk[] = [
      ['rows', E, Uv],
      ['images', n, 1],
      ['filters', steps.passes, p * t],
    ];

    const ifmapTile = { groups: 1, images: n, channels: q * r, rows: H, columns: tileColumns(shape, f) };
    const ifmapKept = sum(sharedWords(ifmapTile, outer));

    // A window slides down E rows in each sweep
    const window = { groups: 1, images: 1, channels: q, rows: spanR, columns: 1 };
    const sweeps = visitsOf([...inner, ...outer]) / E;
    const windowKept = sum(sharedWords(window, [...inner, ...outer]).slice(1));
    const columns = columnsTouched(shape, f);
    const rowGap = sweeps * q * (rowsTouched(shape) - H);
    const passGap = sweeps * q * (rowsTouched(shape) * columns - H * tileColumns(shape, f));

    const filterTile = { groups: 1, channels: q, filters: p, taps: R };
    const filterLoops: readonly Walk[] = [['filters', steps.passes, p * t], ...outer];
    const filterKept = sum(sharedWords(filterTile, filterLoops));

    // psums of a PE that works on one row of them only stay there for all channels
    const visits = E * n * steps.passes > 1 ? steps.channels : 1;
    const visitsLess = steps.channels - visits;
    const psums = psumCauses(shape, { visits, adders: S * r, keptBy: ['glb', 'rf'] });

    return {
      dram: {
        ifmap: { 'words kept': -ifmapKept },
        weight: { 'words kept': -S * r * t * filterKept },
      },
      glb: {
        ifmap: {
          'words kept': -columns * r * windowKept,
          gaps: r * passGap,
          fills: wordsOf(ifmapTile) * visitsOf(outer) - ifmapKept,
        },
        psum: { 'words kept': -2 * ofmaps * visitsLess, ...psums.glb },
      },
      array: {
        ifmap: { 'words kept': -pes * windowKept, gaps: pes * rowGap },
        weight: { 'words kept': -pes * filterKept },
        psum: { 'words kept': -ofmaps * visitsLess * (S * r - 1), ...psums.array },
      },
      rf: {
        ifmap: { fills: pes * (sweeps * q * rowsTouched(shape) - windowKept) },
        weight: { fills: pes * (wordsOf(filterTile) * visitsOf(filterLoops) - filterKept) },
        psum: { 'words kept': 2 * ofmaps * visitsLess * S * r, ...psums.rf },
      },
    };
  },
};

/** Columns of ifmap that some window of a strip touches. */
function columnsTouched({ S, Uh, spanS }: LayerShape, f: number): number {
  const dilation = S > 1 ? (spanS - 1) / (S - 1) : 1;
  const columns = new Set<number>();
  for (let x = 0; x < f; x++) for (let s = 0; s < S; s++) columns.add(x * Uh + s * dilation);
  return columns.size;
}
