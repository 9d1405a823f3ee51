import { Desk } from '../../work/desk.ts';
import type { StageWorker } from '../../work/stage.worker.ts';

const open = (): Worker =>
  new Worker(new URL('../../work/stage.worker.ts', import.meta.url), { type: 'module', name: 'stage' });

/** Runs the passes that are shown. */
export const stageDesk = new Desk<StageWorker>(open);

/** Looks closely at single PEs and words, so that neither waits for the other's film. */
export const detailsDesk = new Desk<StageWorker>(open);
