import * as Comlink from 'comlink';
import { type DroppedFile, type ReadNetwork, readNetwork } from '../network/read-files.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** Reads files, so that the page does not wait for a large one. */
const READER = {
  interrupt(): void {},
  readNetwork: (files: readonly DroppedFile[], shapes: readonly string[]): Promise<Outcome<ReadNetwork>> =>
    outcomeOf(() => readNetwork(files, shapes)),
};

export type Reader = typeof READER;

Comlink.expose(READER);
