import { tileColumns, tileRows } from '../../dataflow/dataflow.ts';
import { type NoLocalReuseMapping, noLocalReuse } from '../../dataflow/no-local-reuse.ts';
import { evenFilters, evenTile, psumCauses, type Schedule, sum } from './schedule.ts';
import { sharedWords, visitsOf, type Walk, wordsOf } from './shared-words.ts';

type X = NoLocalReuseMapping;

/** The GLB has a tile of everything while groups of channels go by; each cycle takes all operands from it. */
export const noLocalReuseNest: Schedule = {
  id: noLocalReuse.id,

  wholeTiles({ N, M, C, E, F }, mapping) {
    const { n, m, p, q, e, f } = mapping as X;
    const filters = evenFilters(M, m, p);
    return { n: evenTile(N, n), ...filters, q: evenTile(C, q), e: evenTile(E, e), f: evenTile(F, f) };
  },

  tiles(mapping) {
    const { n, m, q, e, f } = mapping as X;
    return { N: n, M: m, C: q, E: e, F: f };
  },

  levels({ G, N, M, C, R, S, E, F }, mapping) {
    const { n, m, p, q, e, f } = mapping as X;
    return [
      {
        name: 'DRAM',
        keep: ['weights', 'inputs', 'outputs'],
        temporal: [
          ['G', G],
          ['N', N / n],
          ['P', E / e],
          ['Q', F / f],
          ['M', M / m],
          ['C', C / q],
        ],
      },
      {
        name: 'GLB',
        keep: ['weights', 'inputs', 'outputs'],
        temporal: [
          ['M', m / p],
          ['N', n],
          ['P', e],
          ['Q', f],
          ['R', R],
          ['S', S],
        ],
        spatialX: [
          ['M', p],
          ['C', q],
        ],
      },
    ];
  },

  causes(shape, mapping) {
    const { n, m, q, e, f } = mapping as X;
    const { G, N, M, C, R, S, E, F, Uv, Uh, macs } = shape;
    const loops: readonly Walk[] = [
      ['channels', C / q, q],
      ['filters', M / m, m],
      ['columns', F / f, Uh * f],
      ['rows', E / e, Uv * e],
      ['images', N / n, n],
      ['groups', G, 1],
    ];
    const ifmapTile = {
      groups: 1,
      images: n,
      channels: q,
      rows: tileRows(shape, e),
      columns: tileColumns(shape, f),
    };
    const filterTile = { groups: 1, channels: q, filters: m, taps: R * S };
    const ifmapKept = sum(sharedWords(ifmapTile, loops));
    const filterKept = sum(sharedWords(filterTile, loops));
    const psums = psumCauses(shape, { visits: (C / q) * R * S, adders: q, keptBy: ['glb'] });
    return {
      dram: { ifmap: { 'words kept': -ifmapKept }, weight: { 'words kept': -filterKept } },
      glb: {
        ifmap: { fills: visitsOf(loops) * wordsOf(ifmapTile) - ifmapKept },
        weight: { fills: visitsOf(loops) * wordsOf(filterTile) - filterKept },
        psum: psums.glb,
      },
      array: { weight: { 'weights in': macs }, psum: psums.array },
    };
  },
};
