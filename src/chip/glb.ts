import { InputError } from '../input-error.ts';

/** The global buffer (GLB): banks for feature maps and psums, and banks for filters. */
export interface GlbConfig {
  /** Banks for ifmaps and psums; each holds only one of them, as a layer's configuration says. */
  readonly banks: number;
  /** Words of a bank. */
  readonly bankWords: number;
  /** Banks in which the filters of the next pass wait. */
  readonly filterBanks: number;
}

/** 108 kB: 25 banks of 4 kB for ifmaps and psums, 8 kB for filters: JSSC 2017 (docs/chip.md, parts). */
export const EYERISS_GLB: GlbConfig = { banks: 25, bankWords: 2048, filterBanks: 2 };

/** What one bank is for, in a layer. */
export type BankUse = 'ifmap' | 'psum' | 'unused';

/** Banks that so many words take: a bank is not shared. */
export const banksFor = ({ bankWords }: GlbConfig, words: number): number => Math.ceil(words / bankWords);

/** What each bank is for: first those for ifmaps, then those for psums. */
export function splitBanks(config: GlbConfig, ifmapWords: number, psumWords: number): BankUse[] {
  const ifmap = banksFor(config, ifmapWords);
  const psum = banksFor(config, psumWords);
  if (ifmap + psum > config.banks) {
    const found = ifmap + psum;
    throw new InputError({
      code: 'does-not-fit',
      path: ['glb'],
      found,
      allowed: `at most ${config.banks} banks`,
    });
  }
  return Array.from({ length: config.banks }, (_, i) =>
    i < ifmap ? 'ifmap' : i < ifmap + psum ? 'psum' : 'unused',
  );
}

/** The words in the banks, and how often the array has read and written each kind. */
export class Glb {
  /** The ifmap strips: image, channel, row, column. */
  readonly ifmaps: Int16Array;
  /** The psum strips: image, filter, row, column. */
  readonly psums: Int16Array;
  ifmapReads = 0;
  filterReads = 0;
  psumReads = 0;
  psumWrites = 0;

  constructor({ banks, bankWords }: GlbConfig, uses: readonly BankUse[]) {
    const words = new Int16Array(banks * bankWords);
    const span = (use: BankUse) => {
      const first = Math.max(uses.indexOf(use), 0);
      return words.subarray(first * bankWords, (uses.lastIndexOf(use) + 1) * bankWords);
    };
    this.ifmaps = span('ifmap');
    this.psums = span('psum');
  }

  readIfmap(address: number): number {
    this.ifmapReads++;
    return this.ifmaps[address]!;
  }

  readPsum(address: number): number {
    this.psumReads++;
    return this.psums[address]!;
  }

  writePsum(address: number, psum: number): void {
    this.psumWrites++;
    this.psums[address] = psum;
  }
}
