import type { Dataflow } from './dataflow.ts';

import { noLocalReuse } from './no-local-reuse.ts';
import { outputStationaryA } from './output-stationary-a.ts';
import { outputStationaryB } from './output-stationary-b.ts';
import { outputStationaryC } from './output-stationary-c.ts';
import { rowStationary } from './row-stationary.ts';
import { weightStationary } from './weight-stationary.ts';

/** The dataflows that are compared, in the paper's order. A new one is a new file and a line here. */
export const DATAFLOWS: readonly Dataflow[] = [
  rowStationary,
  weightStationary,
  outputStationaryA,
  outputStationaryB,
  outputStationaryC,
  noLocalReuse,
];
