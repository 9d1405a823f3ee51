import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { InputError } from '../input-error.ts';
import type { Checkpoint } from '../run/checkpoint.ts';
import { reasonOf } from './files.ts';

/** What a state file begins with; another version of its content is another file. */
const MAGIC = Buffer.from('rowhouse run 1\n');
const HASH_BYTES = 32;

/** Saving takes no more than this share of the time. */
const SHARE = 0.1;

/** States of runs that nobody continued are thrown away after so many days. */
const KEPT_DAYS = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Where states of runs are kept: in the user's cache unless `--state` says otherwise.
 *
 * @throws InputError if that is an empty word.
 */
export function stateFolder(flag: string | undefined): string {
  if (flag === undefined) return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rowhouse');
  if (flag !== '') return flag;
  throw new InputError({ code: 'not-allowed', path: ['--state'], found: flag, allowed: 'a folder' });
}

/**
 * Where a run is, in a file that is written aside and then renamed: whenever the run is stopped, the file is whole, and
 * that of a layer that was finished.
 */
export class RunState {
  readonly #folder: string;
  readonly #name: string;
  readonly #file: string;
  readonly #warn: (text: string) => void;
  #isBroken = false;
  #putOff: Checkpoint | undefined;
  #saved = Number.NEGATIVE_INFINITY;
  #took = 0;

  /**
   * @param fingerprint of everything that the run depends on: another run has another file
   * @param warn is told if states cannot be kept, once
   */
  constructor(folder: string, fingerprint: string, warn: (text: string) => void) {
    this.#folder = folder;
    this.#name = `run-${fingerprint.slice(0, 32)}.state`;
    this.#file = join(folder, this.#name);
    this.#warn = warn;
  }

  /** Whether an earlier run has left its state. */
  get isThere(): boolean {
    return existsSync(this.#file);
  }

  /**
   * What an earlier run has left; undefined for nothing.
   *
   * @throws InputError if the file cannot be read, or is not what was written.
   */
  load(): Checkpoint | undefined {
    if (!this.isThere) return undefined;
    const flaw = (found: string) =>
      new InputError({
        code: 'unreadable',
        path: ['--resume'],
        found: `${this.#file}: ${found}`,
        allowed: 'the state of a run as it was written; without --resume, the run begins anew',
      });
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#file);
    } catch (error) {
      throw flaw(reasonOf(error as Error));
    }
    const content = bytes.subarray(MAGIC.length + HASH_BYTES);
    const hash = bytes.subarray(MAGIC.length, MAGIC.length + HASH_BYTES);
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || !hash.equals(hashOf(content))) {
      throw flaw('damaged');
    }
    try {
      return deserialize(content) as Checkpoint;
    } catch {
      throw flaw('written by another version of Node');
    }
  }

  /** Keeps where the run is; puts it off if that was done so lately that it would slow the run down. */
  save(checkpoint: () => Checkpoint): void {
    if (this.#isBroken) return;
    this.#putOff = checkpoint();
    if (performance.now() - this.#saved >= this.#took * (1 / SHARE - 1)) this.flush();
  }

  /** Keeps what was put off. */
  flush(): void {
    if (this.#putOff === undefined) return;
    const start = performance.now();
    try {
      this.#write(serialize(this.#putOff));
    } catch (error) {
      this.#isBroken = true;
      this.#warn(
        `cannot keep where the run is in ${this.#folder}: ${reasonOf(error as Error)}; it goes on, but --resume will not continue from here`,
      );
    }
    this.#putOff = undefined;
    this.#saved = performance.now();
    this.#took = this.#saved - start;
  }

  #write(content: Buffer): void {
    if (this.#saved === Number.NEGATIVE_INFINITY) {
      makeFolder(this.#folder);
      this.#clear();
    }
    const aside = `${this.#file}.${process.pid}.part`;
    try {
      const file = openSync(aside, 'w', 0o600);
      try {
        for (const piece of [MAGIC, hashOf(content), content]) writeWhole(file, piece);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(aside, this.#file);
    } finally {
      rmSync(aside, { force: true });
    }
  }

  /** Throws states away that nobody came back for. */
  #clear(): void {
    for (const name of statesIn(this.#folder)) {
      const file = join(this.#folder, name);
      const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > KEPT_DAYS * DAY_MS) rmSync(file, { force: true });
    }
  }

  /** The run is over: its state goes, with what was half written when an earlier one was killed. */
  remove(): void {
    try {
      for (const name of statesIn(this.#folder)) {
        if (name.startsWith(this.#name)) rmSync(join(this.#folder, name), { force: true });
      }
    } catch {
      // Where none could be kept, none is there
    }
  }
}

/** Makes a folder and those around it. Node's own way of it never ends in /proc, where none can be made. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const around = dirname(folder);
  if (around !== folder) makeFolder(around);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another run may have been first
    if (!existsSync(folder)) throw error;
  }
}

/** Names of states in a folder, also of some that are half written. */
const statesIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => /^run-[0-9a-f]+\.state(\.\d+\.part)?$/.test(name));

const hashOf = (content: Buffer): Buffer => createHash('sha256').update(content).digest();

/** A write may take only a part of the bytes. */
function writeWhole(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
