/** The buses between GLB and array. */
export const BUSES = ['filter', 'ifmap', 'psum', 'output'] as const;
export type Bus = (typeof BUSES)[number];

/** What had moved since a pass began, at the end of a cycle. */
export interface Sample {
  /** Cycles since the pass began. */
  readonly cycle: number;
  /** Words over each bus. */
  readonly words: Readonly<Record<Bus, number>>;
  /** MACs in each row of the array. */
  readonly rowMacs: readonly number[];
}

/** Keeps what happened in each kind of pass, sampled at intervals. */
export class Recorder {
  /** Cycles between samples. */
  readonly interval: number;
  /** By the key of a kind of pass. */
  readonly kinds = new Map<string, Sample[]>();

  constructor(interval: number) {
    this.interval = interval;
  }

  /** Where to put the samples of a pass; undefined where one of its kind has been recorded. */
  begin(key: string): Sample[] | undefined {
    if (this.kinds.has(key)) return undefined;
    const samples: Sample[] = [];
    this.kinds.set(key, samples);
    return samples;
  }
}
