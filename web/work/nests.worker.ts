import * as Comlink from 'comlink';
import type { TimeloopFile } from '../../src/loopnest/timeloop/timeloop-file.ts';
import {
  type OwnArchitecture,
  openArchitecture,
  readArchitecture,
} from '../views/machine/own-architecture.ts';
import {
  SAVED,
  type SaveQuestion,
  type Searched,
  type SearchTask,
  type Shown,
  type ShowQuestion,
  searchSteps,
  shownOf,
} from '../views/machine/search.ts';
import { type Setting, type SettingQuestion, settingOf } from '../views/machine/setting.ts';
import { type OnProgress, StepRunner } from './in-steps.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

const runner = new StepRunner();

let isEnough = false;

/** Maps layers onto any machine, and reckons with mappings made by hand. */
const NESTS = {
  interrupt: () => runner.interrupt(),
  /** What an address stands for. */
  setting: (question: SettingQuestion): Promise<Outcome<Setting>> => outcomeOf(() => settingOf(question)),
  /** The best mapping. */
  search: (task: SearchTask, onProgress: OnProgress): Promise<Outcome<Searched>> =>
    outcomeOf(() => {
      isEnough = false;
      return runner.run(
        searchSteps(task, () => isEnough),
        onProgress,
      );
    }),
  /** Ends the search with the best that it has found. */
  enough: (): void => {
    isEnough = true;
  },
  /** A mapping evaluated, drawn and held against the best. */
  show: (question: ShowQuestion): Promise<Outcome<Shown>> => outcomeOf(() => shownOf(question)),
  /** A file of a mapping. */
  saved: (form: keyof typeof SAVED, question: SaveQuestion): Promise<Outcome<string>> =>
    outcomeOf(() => SAVED[form](question)),
  /** An architecture that was typed. */
  readArchitecture: (text: string): Promise<Outcome<OwnArchitecture>> =>
    outcomeOf(() => readArchitecture(text)),
  /** An architecture from files. */
  openArchitecture: (files: readonly TimeloopFile[]): Promise<Outcome<OwnArchitecture>> =>
    outcomeOf(() => openArchitecture(files)),
};

export type Nests = typeof NESTS;

Comlink.expose(NESTS);
