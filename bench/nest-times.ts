/** Draws how long the proven best loop nest takes by size of layer and array: `node build/bench/nest-times.js FILE.svg`. */
import { writeFileSync } from 'node:fs';
import { CHART_FRAME } from '../src/report/chart-style.ts';
import { renderSvg } from '../src/report/render.ts';
import { timesBySize } from './nests.ts';

const [file = 'nest-times.svg'] = process.argv.slice(2);

/** Of three runs, the middle one. */
function milliseconds(work: () => unknown): number {
  const once = () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  return [once(), once(), once()].sort((a, b) => a - b)[1]!;
}

const values = timesBySize(milliseconds).map((one) => ({
  ...one,
  array: `${one.pes.toLocaleString('en')} PEs`,
}));
const svg = await renderSvg({
  ...CHART_FRAME,
  title: { text: 'Time to the proven best loop nest', subtitle: '3 × 3 filters, 14 × 14 outputs, one core' },
  width: 360,
  height: 220,
  data: { values },
  mark: { type: 'line', point: true },
  encoding: {
    x: {
      field: 'channels',
      type: 'quantitative',
      scale: { type: 'log', base: 4 },
      axis: { values: [64, 256, 1024, 4096] },
      title: 'channels, and as many filters',
    },
    y: { field: 'ms', type: 'quantitative', scale: { domainMin: 0 }, title: 'milliseconds' },
    color: {
      field: 'array',
      type: 'nominal',
      sort: null,
      title: null,
      scale: { range: ['#4c78a8', '#e07b39', '#54804a'] },
    },
  },
});
writeFileSync(file, svg);
