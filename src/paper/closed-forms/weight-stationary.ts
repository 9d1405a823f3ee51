import { tileColumns } from '../../dataflow/dataflow.ts';
import { type WeightStationaryMapping, weightStationary } from '../../dataflow/weight-stationary.ts';
import { evenTile, psumCauses, rowsTouched, type Schedule, sum } from './schedule.ts';
import { sharedWords, visitsOf, type Walk } from './shared-words.ts';

type X = WeightStationaryMapping;

/** Weights of r channels and t filters stay in the PEs while the window slides down strip after strip of all images. */
export const weightStationaryNest: Schedule = {
  id: weightStationary.id,

  wholeTiles({ M, C, F }, mapping) {
    const { r, t, f } = mapping as X;
    return { r: evenTile(C, r), t: evenTile(M, t), f: evenTile(F, f) };
  },

  tiles(mapping) {
    const { r, t, f } = mapping as X;
    return { M: t, C: r, F: f };
  },

  levels({ G, N, M, C, R, S, E, F }, mapping) {
    const { r, t, f } = mapping as X;
    return [
      {
        name: 'DRAM',
        keep: ['weights', 'inputs', 'outputs'],
        temporal: [
          ['G', G],
          ['M', M / t],
          ['C', C / r],
        ],
      },
      {
        name: 'GLB',
        keep: ['outputs'],
        temporal: [
          ['N', N],
          ['Q', F / f],
          ['P', E],
        ],
      },
      {
        name: 'strip',
        keep: ['inputs'],
        temporal: [['Q', f]],
        spatialX: [
          ['R', R],
          ['S', S],
          ['C', r],
          ['M', t],
        ],
      },
      { name: 'RF', keep: ['weights'], temporal: [] },
    ];
  },

  causes(shape, mapping) {
    const { r, t, f } = mapping as X;
    const { G, N, M, C, R, S, E, F, H, Uv, Uh, spanR, weights, ofmaps } = shape;
    const strip = { groups: 1, images: 1, channels: r, rows: spanR, columns: tileColumns(shape, f) };
    const loops: readonly Walk[] = [
      ['rows', E, Uv],
      ['columns', F / f, Uh * f],
      ['images', N, 1],
      ['channels', C / r, r],
      ['filters', M / t, t],
      ['groups', G, 1],
    ];
    const sweeps = visitsOf(loops) / E;
    const visits = C / r;
    const psums = psumCauses(shape, { visits, adders: R * S * r, keptBy: ['glb'] });
    const rowsApart = ofmaps * visits * (R - 1);
    return {
      dram: {
        ifmap: {
          'words kept': -sum(sharedWords(strip, loops).slice(1)),
          gaps: sweeps * r * strip.columns * (rowsTouched(shape) - H),
        },
      },
      glb: { psum: { 'filter rows': -2 * rowsApart, ...psums.glb } },
      array: { weight: { 'weights in': weights }, psum: { 'filter rows': rowsApart, ...psums.array } },
      rf: { weight: { fills: weights } },
    };
  },
};
