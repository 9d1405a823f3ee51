import type { PeState } from '../../../src/chip/film.ts';
import type { Theme } from '../../work/artist.worker.ts';

/** Colours of a fill and of what is written on it. */
export interface Paint {
  readonly fill: string;
  readonly ink: string;
}

/** The colours of the picture in a theme. */
export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly faint: string;
  readonly accent: string;
  /** What is delivered in this cycle. */
  readonly mark: string;
  readonly states: Readonly<Record<PeState, Paint>>;
  /** Of the sets in turn. */
  readonly sets: readonly Paint[];
  readonly ifmap: string;
  readonly psum: string;
  readonly filter: string;
}

const DARK_INK = '#1b1f24';
const WHITE = '#ffffff';

/** Fills that can be told apart by those who see no red or no green: Okabe and Ito. */
const SETS: readonly Paint[] = [
  { fill: '#56b4e9', ink: DARK_INK },
  { fill: '#e69f00', ink: DARK_INK },
  { fill: '#00a67d', ink: DARK_INK },
  { fill: '#f0e442', ink: DARK_INK },
  { fill: '#d58fb6', ink: DARK_INK },
  { fill: '#0072b2', ink: WHITE },
  { fill: '#c2561a', ink: WHITE },
  { fill: '#9aa3ad', ink: DARK_INK },
];

const STATES = {
  mac: { fill: '#0072b2', ink: WHITE },
  gated: { fill: '#9fd0ee', ink: DARK_INK },
  'waits for ifmap': { fill: '#e69f00', ink: DARK_INK },
  'waits for psum': { fill: '#f0e442', ink: DARK_INK },
  loading: { fill: '#00a67d', ink: DARK_INK },
  'hands on': { fill: '#d58fb6', ink: DARK_INK },
} as const;

export const PALETTES: Readonly<Record<Theme, Palette>> = {
  light: {
    paper: '#fdfdfc',
    ink: '#1f2328',
    quiet: '#5a616a',
    line: '#b9bfc6',
    faint: '#eef0f2',
    accent: '#005a91',
    mark: '#b3261e',
    states: { ...STATES, off: { fill: '#f7f7f6', ink: '#5a616a' }, idle: { fill: '#d5d9de', ink: DARK_INK } },
    sets: SETS,
    ifmap: '#e69f00',
    psum: '#56b4e9',
    filter: '#00a67d',
  },
  dark: {
    paper: '#16181c',
    ink: '#e4e6ea',
    quiet: '#a3abb6',
    line: '#4d545e',
    faint: '#24272d',
    accent: '#7cc4f2',
    mark: '#ff9d92',
    states: { ...STATES, off: { fill: '#1b1e23', ink: '#a3abb6' }, idle: { fill: '#4a515b', ink: WHITE } },
    sets: SETS,
    ifmap: '#e69f00',
    psum: '#56b4e9',
    filter: '#00a67d',
  },
};

/** What is written on a PE besides its colour. */
export const STATE_SIGNS: Readonly<Record<PeState, string>> = {
  off: '',
  loading: 'F',
  idle: '–',
  mac: '×',
  gated: '0',
  'waits for ifmap': 'i',
  'waits for psum': 'p',
  'hands on': '↑',
};

/** What a PE does, in a sentence with "so many PEs …". */
export const STATE_WORDS: Readonly<Record<PeState, readonly [one: string, many: string]>> = {
  off: ['has no place in this pass', 'have no place in this pass'],
  loading: ['is stopped while filters are loaded', 'are stopped while filters are loaded'],
  idle: ['has not begun, or is done', 'have not begun, or are done'],
  mac: ['multiplies', 'multiply'],
  gated: ['skips a zero', 'skip a zero'],
  'waits for ifmap': ['waits for ifmap words', 'wait for ifmap words'],
  'waits for psum': ['waits for a psum to leave', 'wait for a psum to leave'],
  'hands on': ['only hands psums on', 'only hand psums on'],
};
