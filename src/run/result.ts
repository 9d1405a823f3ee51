import type { Energy } from '../analysis/result.ts';
import type { DramWords } from '../chip/simulation.ts';
import type { Waterfall } from '../chip/waterfall.ts';
import type { Layer } from '../layer/layer.ts';

/** A network that was run: its convolutions on the chip, everything else on the host. */
export interface RunResult {
  readonly network: string;
  readonly chip: string;
  /** Images that the chip works on at once. */
  readonly batch: number;
  /** Images in all. */
  readonly images: number;
  /** What ran the rest on the host, and its version: `onnxruntime-web 1.30.0`. */
  readonly runtime: string;
  /** Layers that ran on the chip, in their order. */
  readonly layers: readonly RanLayer[];
  /** Nodes that ran on the host, in the order of the file. */
  readonly host: readonly HostNode[];
  /** Null where the output has no classes: one image's is not a list of scores. */
  readonly classes: Classification | null;
  readonly total: RunTotal;
  /** Where the two constants come from that milliwatts are made with. */
  readonly powerSource: string;
}

/** A layer on the chip; counts and times are those of all images together. */
export interface RanLayer {
  readonly name: string;
  readonly type: Layer['type'];
  /** What the chip did in one go: `Conv`, `BatchNormalization`, `Relu`. */
  readonly operators: readonly string[];
  /** In a full batch. */
  readonly mapping: Readonly<Record<string, number>>;
  readonly macs: number;
  readonly gatedMacs: number;
  readonly passes: number;
  readonly cycles: number;
  readonly processingLatencyMs: number;
  readonly activePes: number;
  readonly dram: DramWords & { readonly uncompressed: DramWords; readonly linkMs: number };
  readonly waterfall: Waterfall;
  /** In the units of the cost table. */
  readonly energy: Energy;
  readonly power: Power;
  /** Zeros among the words that came in, and that went out. */
  readonly zerosPercent: number;
  readonly ofmapZerosPercent: number;
  /** How many times shorter the code of a whole fmap is: 1 where it is not coded, as a network's input. */
  readonly rlc: { readonly ifmap: number; readonly ofmap: number };
  readonly format: LayerFormat;
  /**
   * Signal to noise: how far what came out is from the float network, in dB. Null where nothing differs at all.
   */
  readonly snrDb: number | null;
  /** Null for a pooling layer, which adds no noise. */
  readonly noise: Noise | null;
  /** Whether the words that were checked are those of the definition. */
  readonly output: { readonly bitExact: boolean; readonly checkedWords: number; readonly words: number };
  /** What there is to know about the mapping. */
  readonly note: string | null;
}

/** How a layer's words stand for numbers: a word is its number times 2^fractionBits, which may be negative. */
export interface LayerFormat {
  readonly ifmapFractionBits: number;
  readonly filterFractionBits: number;
  readonly ofmapFractionBits: number;
  /** Places that products are shifted by before they are cut: `ifmap + filter − ofmap`. */
  readonly truncation: number;
}

/** What limits how close a layer comes to the float network. */
export const NOISE_LIMITS = ['ifmap', 'weights', 'cutting', 'overflow'] as const;
export type NoiseLimit = (typeof NOISE_LIMITS)[number];

/**
 * Where a layer's noise comes from, by words of its ofmaps that were computed again in several ways. All ratios are
 * between the same layer in floating point, on the words that the chip got, and one of these ways; in dB, null where
 * nothing differs.
 */
export interface Noise {
  /** Words that were computed again. */
  readonly words: number;
  /** What the chip did: the noise of this layer alone. */
  readonly ownDb: number | null;
  /** Weights of 16 bits, and everything else exact. */
  readonly weightsDb: number | null;
  /** Without the correction of biases for what cutting takes on average; null also where there was none. */
  readonly uncorrectedDb: number | null;
  /** With products rounded instead of cut. */
  readonly roundedDb: number | null;
  /** With the window of each product one place lower: one bit more of fraction, one less of range. */
  readonly lowerWindowDb: number | null;
  /** Share of the words that would leave their range then, in percent. */
  readonly lowerWindowOverflowPercent: number;
  /** Share of the words that did leave their range. */
  readonly overflowPercent: number;
  /** What is largest: the noise that came in, that of 16-bit weights, of cut products, or of sums out of range. */
  readonly limit: NoiseLimit;
}

/** A node that ran on the host. */
export interface HostNode {
  readonly name: string;
  readonly op: string;
  /** Why not on the chip, for a node that does MACs or a pool. */
  readonly reason: string | null;
}

/**
 * Milliwatts while it runs, with array and link at work at once, and the cost table that the constants of power are fitted
 * to, whatever energies are told in.
 */
export interface Power {
  /** Of the chip. */
  readonly chip: number;
  /** Of the DRAM. */
  readonly dram: number;
}

export interface RunTotal {
  /** On the chip. */
  readonly macs: number;
  /** MACs of the network that the chip did, in percent; null where those of some nodes cannot be known. */
  readonly macsPercent: number | null;
  readonly gatedMacs: number;
  readonly cycles: number;
  readonly processingLatencyMs: number;
  /** At most, with the array and the link to the DRAM at work at once, and the host no hindrance. */
  readonly framesPerSecond: number;
  readonly dramBytes: number;
  readonly linkMs: number;
  readonly energy: number;
  readonly power: Power;
  /** Chip and DRAM together. */
  readonly millijoulesPerImage: number;
}

/** What the network says the images are, on the chip and in floating point. */
export interface Classification {
  /** Images whose class on the chip is that of the float network. */
  readonly agreeing: number;
  readonly agreementPercent: number;
  /** Where the true classes are known: images with the right one, in percent. */
  readonly accuracyPercent: { readonly chip: number; readonly float: number } | null;
  readonly images: readonly ClassifiedImage[];
}

export interface ClassifiedImage {
  /** Its file, or its place in the input. */
  readonly name: string;
  /** The best classes, the best first. */
  readonly chip: readonly ClassScore[];
  readonly float: readonly ClassScore[];
}

export interface ClassScore {
  readonly class: number;
  /** Null where there are no labels. */
  readonly label: string | null;
  readonly score: number;
}

/** Words of one image as the chip made them, to be looked at. */
export interface Fmap {
  /** The layer that made them. */
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Channel, row, column. */
  readonly words: Int16Array;
}
