/** The grid of figures 11 to 14 in a process that has done nothing before; prints milliseconds. */
import { figureGrid, solve } from './grid.ts';

const start = performance.now();
for (const task of figureGrid()) solve(task);
console.log(performance.now() - start);
