import type { Analyst } from './analyst.worker.ts';
import { Desk } from './desk.ts';

/** The worker that maps networks and layers under the six dataflows. */
export const analyst = new Desk<Analyst>(
  () => new Worker(new URL('./analyst.worker.ts', import.meta.url), { type: 'module', name: 'analyst' }),
);
