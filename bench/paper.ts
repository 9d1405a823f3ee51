/** The experiments of the paper, without charts, in a process that has done nothing before; prints milliseconds. */
import { runFigures } from '../src/paper/run.ts';

const start = performance.now();
runFigures();
console.log(performance.now() - start);
