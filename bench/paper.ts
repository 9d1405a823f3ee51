/**
 * The experiments of the papers, without charts, in a process that has done nothing before; prints the milliseconds that the
 * figures take, then those of the chip's tables, which simulate.
 */
import { FIGURES } from '../src/paper/registry.ts';
import { runFigures } from '../src/paper/run.ts';

const ofChip = FIGURES.filter(({ id }) => id.startsWith('table'));
for (const figures of [FIGURES.filter((figure) => !ofChip.includes(figure)), ofChip]) {
  const start = performance.now();
  runFigures(figures);
  console.log(performance.now() - start);
}
