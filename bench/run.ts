/** Times the search against its budgets and against a plain exhaustive search: `npm run bench`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyze } from '../src/analysis/analyze.ts';
import { energyOf } from '../src/analysis/energy.ts';
import { countAccesses } from '../src/dataflow/counts.ts';
import { EYERISS_ENERGY } from '../src/hardware/energy.ts';
import { builtinNetwork } from '../src/layer/builtin.ts';
import { selectLayers } from '../src/layer/select.ts';
import { mapNetworkSteps } from '../src/loopnest/map-network.ts';
import { finish } from '../src/steps.ts';
import { alexnetRuns, inCycles, inPasses } from './chip.ts';
import { exhaustive } from './exhaustive.ts';
import { figureGrid, solve, type Task, tasks } from './grid.ts';
import { ALEXNET, mapOnto, squareArray, timesBySize } from './nests.ts';
import { largeModel, readModel } from './onnx.ts';
import { onnxruntimeMs } from './onnxruntime.ts';

const sibling = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const node = (...words: string[]) => execFileSync(process.execPath, words, { encoding: 'utf8' });

function median(times: number, measure: () => number): number {
  return Array.from({ length: times }, measure).sort((a, b) => a - b)[times >> 1]!;
}

function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function report(what: string, found: number, budget: number, unit = 'ms'): void {
  const verdict = found < budget ? 'within' : 'OVER';
  if (found >= budget) process.exitCode = 1;
  console.log(`${what.padEnd(62)} ${found.toFixed(0).padStart(6)} ${unit}   ${verdict} ${budget} ${unit}`);
}

const grid = figureGrid();
console.log(
  `Medians; the grid is ${grid.length} searches, those of figures 11 to 14 (AlexNet, six dataflows).\n`,
);
report(
  'grid, cold process',
  median(5, () => Number(node(sibling('./cold.js')))),
  1000,
);
const solveGrid = () => grid.forEach(solve);
for (let i = 0; i < 5; i++) solveGrid();
report(
  'grid, warm',
  median(11, () => milliseconds(solveGrid)),
  100,
);
const command = sibling('../../dist/cli/main.js');
report(
  'rowhouse analyze alexnet, with start-up',
  median(5, () => milliseconds(() => node(command, 'analyze', 'alexnet'))),
  1000,
);
report(
  'ResNet-50, every layer, six dataflows',
  median(3, () => milliseconds(() => analyze(builtinNetwork('resnet-50')))),
  5000,
);
const paper = () => node(sibling('./paper.js')).split('\n').map(Number);
report(
  'experiments of the paper, all figures, cold process',
  median(3, () => paper()[0]!),
  2000,
);
report(
  'tables of the chip, AlexNet and VGG-16, simulated',
  median(3, () => paper()[1]!),
  8000,
);
const figures = mkdtempSync(join(tmpdir(), 'rowhouse-bench-'));
report(
  'rowhouse paper --figure all, with charts',
  median(3, () => milliseconds(() => node(command, 'paper', '--figure', 'all', '--out', figures))),
  10_000,
);
rmSync(figures, { recursive: true });
const resnet = () => milliseconds(() => node(command, 'analyze', 'resnet-50'));
report('rowhouse analyze resnet-50, with start-up', median(3, resnet), 5000);

const model = largeModel();
const size = `${(model.length / 1e6).toFixed(0)} MB, 1,000 nodes`;
report(
  `ONNX file of ${size}: read, shaped, zeros counted`,
  median(5, () => milliseconds(() => readModel(model))),
  2000,
);
console.log(`  buffers that this took: ${(readModel(model) / 1e6).toFixed(1)} MB, no copy of the weights`);

const runs = alexnetRuns(4);
const simulated = median(5, () => milliseconds(() => inPasses(runs)));
report('chip: AlexNet CONV, N = 4, in passes, words and counts', simulated, 3000);
const onnxruntime = await onnxruntimeMs(runs);
if (onnxruntime === undefined) {
  console.log('  (to compare: npm run reference)');
} else {
  report('  that is, in onnxruntime × 1000 (float, one thread)', (1000 * simulated) / onnxruntime, 20_000);
}
const stepped = milliseconds(inCycles);
const cyclesPerSecond = inCycles() / (stepped / 1000);
report('chip: time of 100,000 cycles, stepped with words', 1e8 / cyclesPerSecond, 1000);

for (const [network, what, budget] of [
  ['alexnet', 'AlexNet CONV1 to CONV5 at N = 4', 20_000],
  ['text', 'text classifier, a batch of 10', 15_000],
] as const) {
  let memory = 0;
  const once = () => {
    const [ms, megabytes] = node(sibling('./end-to-end.js'), network).split('\n').map(Number);
    memory = Math.max(memory, megabytes!);
    return ms!;
  };
  report(`${what}, end to end, cold process`, median(3, once), budget);
  report('  that is, in memory at most', memory, 2000, 'MB');
}

console.log('\nAgainst a plain search of every mapping that fits, CONV5 at 256 PEs and batch 1:\n');
const conv5 = tasks(selectLayers(builtinNetwork('alexnet'), ['CONV5']), [256], [1]);
let [plainTotal, searchTotal] = [0, 0];
for (const task of conv5) {
  let plain = { energy: 0, fitting: 0 };
  const plainMs = milliseconds(() => {
    plain = exhaustive(task);
  });
  const searchMs = median(101, () => milliseconds(() => solve(task)));
  const found = energyFound(task);
  if (Math.abs(found - plain.energy) > 1e-9 * plain.energy)
    throw new Error(`${task.dataflow.name}: ${found}, not ${plain.energy}`);
  plainTotal += plainMs;
  searchTotal += searchMs;
  const ratio = `${Math.round(plainMs / searchMs).toLocaleString('en-US')}×`.padStart(9);
  const mappings = plain.fitting.toLocaleString('en-US').padStart(12);
  console.log(
    `${task.dataflow.name.padEnd(4)} ${mappings} mappings ${plainMs.toFixed(1).padStart(9)} ms, search ${searchMs.toFixed(3)} ms ${ratio}, same optimum`,
  );
}
console.log(`all six together: ${Math.round(plainTotal / searchTotal).toLocaleString('en-US')}× faster`);

function energyFound(task: Task): number {
  const found = solve(task);
  if (!found.feasible) throw new Error(`${task.dataflow.name} cannot run ${task.layer.name}`);
  return energyOf(task.shape.macs, countAccesses(task.dataflow, task.shape, found.mapping), EYERISS_ENERGY)
    .total;
}

for (const { name, sizes, ms } of ALEXNET) {
  const once = () => milliseconds(() => mapOnto(16, sizes));
  report(`loop nest: AlexNet ${name}, proven`, median(5, once), ms);
}
for (const [name, sizes] of [
  ['VGG-16 CONV1-2', { M: 64, C: 64, R: 3, S: 3, P: 224, Q: 224 }],
  ['VGG-16 CONV4-2', { M: 512, C: 512, R: 3, S: 3, P: 28, Q: 28 }],
  ['ResNet-50 conv1', { M: 64, C: 3, R: 7, S: 7, P: 112, Q: 112, strideP: 2, strideQ: 2 }],
] as const) {
  const once = () => milliseconds(() => mapOnto(16, sizes));
  report(`loop nest: ${name}, proven`, median(3, once), 3000);
}
const small = { M: 8, C: 8, R: 3, S: 3, P: 4, Q: 4 };
let evaluated = 0;
const allOfThem = milliseconds(() => {
  evaluated = mapOnto(16, small, { exhaustive: true }).search.visited;
});
report('loop nest: a million mappings evaluated, every one', (1e6 * allOfThem) / evaluated, 1000);
const resnetNests = () => finish(mapNetworkSteps(builtinNetwork('resnet-50'), squareArray(16)));
report(
  'loop nest: ResNet-50, layer by layer, proven',
  median(3, () => milliseconds(resnetNests)),
  60_000,
);
for (const { pes, channels, ms } of timesBySize(milliseconds)) {
  report(`loop nest: ${channels} channels on ${pes} PEs, proven`, ms, 5000);
}
