import type { ClassScore, RunResult } from '../run/result.ts';
import { alike, inMillions, mappingText } from './format.ts';
import { type Cell, type Column, cells, NONE, type Row, type Sheet } from './sheet.ts';

/** What ran, on what. */
export const runHeading = ({ network, images, batch, chip, runtime }: RunResult): readonly string[] => [
  network,
  images === 1 ? '1 image' : `${images} images`,
  `batch ${batch}`,
  chip,
  runtime,
];

const left = (name: string, shrinks = false): Column => ({ name, align: 'left', shrinks });
const right = (name: string, unit?: string): Column => ({ name, unit, align: 'right' });

/** A ratio in dB, to a tenth; `exact` where nothing differs. */
export const decibels = (value: number | null): string => {
  if (value === null) return 'exact';
  const tenths = Math.round(10 * value) / 10;
  return tenths < 0 ? `−${(-tenths).toFixed(1)}` : Math.abs(tenths).toFixed(1);
};

/** What each layer did, and how close it came to the float network. */
function layersSheet({ layers, total }: RunResult): Sheet {
  const milliseconds = alike(layers.map(({ processingLatencyMs }) => processingLatencyMs));
  return {
    title: 'Layers',
    note: 'of all images; latency without waiting for the DRAM; SNR against the float network',
    columns: [
      left('Layer', true),
      left('Operators', true),
      left('Mapping'),
      right('PEs', 'active'),
      right('Cycles'),
      right('Latency', 'ms'),
      right('SNR', 'dB'),
    ],
    rows: layers.map((layer) =>
      cells(
        layer.name,
        layer.operators.join(' + '),
        mappingText(layer.mapping),
        String(layer.activePes),
        String(layer.cycles),
        milliseconds(layer.processingLatencyMs),
        decibels(layer.snrDb),
      ),
    ),
    foot: cells(
      'all layers',
      '',
      `≤ ${total.framesPerSecond.toFixed(1)} frames/s`,
      '',
      String(total.cycles),
      milliseconds(total.processingLatencyMs),
      '',
    ),
  };
}

/** What zeros save, and what moving the data takes. */
function trafficSheet({ layers, total }: RunResult): Sheet {
  const share = (part: number, whole: number) => ((100 * part) / whole).toFixed(1);
  const megabytes = alike(layers.map(({ dram }) => dram.bytes / 1e6));
  const milliseconds = alike(layers.map(({ dram }) => dram.linkMs));
  const energy = alike(layers.map(({ energy }) => energy.perMac));
  const milliwatts = alike(layers.flatMap(({ power }) => [power.chip, power.dram]));
  return {
    title: 'Zeros, traffic and energy',
    note: 'MB of 10^6 bytes, as coded; energy in units of the cost table',
    columns: [
      left('Layer', true),
      right('MACs'),
      right('Gated', '%'),
      right('Zeros', '% in'),
      right('Zeros', '% out'),
      right('RLC', '× in'),
      right('RLC', '× out'),
      right('DRAM', 'MB'),
      right('Link', 'ms'),
      right('Energy', 'per MAC'),
      right('Chip', 'mW'),
      right('DRAM', 'mW'),
    ],
    rows: layers.map((layer) =>
      cells(
        layer.name,
        inMillions(layer.macs),
        share(layer.gatedMacs, layer.macs),
        layer.zerosPercent.toFixed(1),
        layer.ofmapZerosPercent.toFixed(1),
        layer.rlc.ifmap.toFixed(2),
        layer.rlc.ofmap.toFixed(2),
        megabytes(layer.dram.bytes / 1e6),
        milliseconds(layer.dram.linkMs),
        energy(layer.energy.perMac),
        milliwatts(layer.power.chip),
        milliwatts(layer.power.dram),
      ),
    ),
    foot: cells(
      'all layers',
      inMillions(total.macs),
      share(total.gatedMacs, total.macs),
      ...['', '', '', ''],
      megabytes(total.dramBytes / 1e6),
      milliseconds(total.linkMs),
      energy(total.energy / total.macs),
      milliwatts(total.power.chip),
      milliwatts(total.power.dram),
    ),
  };
}

/** Decibels that are worth a change. */
const GAIN = 1;

/** What a layer alone would gain in dB if it came this close to the float network; Infinity where it becomes exact. */
export const gainOf = (ownDb: number | null, changedDb: number | null): number =>
  ownDb === null ? 0 : (changedDb ?? Number.POSITIVE_INFINITY) - ownDb;

/** Whether a change of a layer is worth it. */
export const isWorthIt = (ownDb: number | null, changedDb: number | null): boolean =>
  gainOf(ownDb, changedDb) >= GAIN;

/** What limits a layer, in two words. */
const LIMITS = {
  ifmap: 'noise that came in',
  weights: '16-bit weights',
  cutting: 'cut products',
  overflow: 'overflow',
} as const;

/** Why each layer is no closer to the float network, and what would bring it closer. */
export function noiseSheet({ layers }: RunResult): Sheet {
  const isCorrected = layers.some(({ noise }) => noise !== null && noise.uncorrectedDb !== null);
  return {
    title: 'Where the noise comes from',
    note: `dB; SNR of all layers so far, the rest of this one alone; * gains ${GAIN} dB or more`,
    columns: [
      left('Layer', true),
      right('SNR'),
      right('Own'),
      right('Weights', 'only'),
      ...(isCorrected ? [right('Biases', 'as given')] : []),
      right('Products', 'rounded'),
      right('Window', 'one lower'),
      right('Overflow', '% then'),
      right('Overflow', '% now'),
      left('Limit'),
    ],
    rows: layers.map(({ name, snrDb, noise }): Row => {
      const named = cells(name, decibels(snrDb));
      if (noise === null) {
        const nothing = Array.from({ length: isCorrected ? 7 : 6 }, () => NONE);
        return [...named, ...nothing, { text: 'adds none' }];
      }
      const { ownDb, weightsDb, uncorrectedDb, roundedDb, lowerWindowDb } = noise;
      const changed = (db: number | null): Cell => ({
        text: decibels(db),
        look: isWorthIt(ownDb, db) ? 'best' : undefined,
      });
      return [
        ...named,
        ...cells(decibels(ownDb), decibels(weightsDb)),
        ...(isCorrected ? [uncorrectedDb === null ? NONE : { text: decibels(uncorrectedDb) }] : []),
        changed(roundedDb),
        changed(lowerWindowDb),
        ...cells(
          noise.lowerWindowOverflowPercent.toFixed(2),
          noise.overflowPercent.toFixed(2),
          LIMITS[noise.limit],
        ),
      ];
    }),
  };
}

/** Images that a table of classes shows; of more, only those whose classes differ. */
const MOST_IMAGES = 16;

/** What the images are on the chip and in floating point; undefined where nothing is to be shown. */
export function classesSheet({ classes }: RunResult): Sheet | undefined {
  if (classes === null) return undefined;
  const { images } = classes;
  const differing = images.filter(({ chip, float }) => chip[0]?.class !== float[0]?.class);
  const isShort = images.length <= MOST_IMAGES;
  const shown = isShort ? images : differing.slice(0, MOST_IMAGES);
  if (shown.length === 0) return undefined;
  const others = isShort ? 0 : differing.length - shown.length;
  const rest = others > 0 ? `; ${others} more are in the JSON document` : '';
  return {
    title: isShort ? 'Classes' : 'Classes that differ',
    note: `of the best class, its score${rest}`,
    columns: CLASS_COLUMNS,
    rows: shown.map((image) => [
      { text: image.name },
      ...scoreCells(image.chip[0]),
      ...scoreCells(image.float[0]),
      { text: differing.includes(image) ? '≠ differs' : '' },
    ]),
  };
}

const CLASS_COLUMNS: readonly Column[] = [
  left('Image', true),
  left('Chip', true),
  right('Score', 'chip'),
  left('Float', true),
  right('Score', 'float'),
  left(''),
];

const scoreCells = (best: ClassScore | undefined): Row =>
  best === undefined ? [NONE, NONE] : cells(className(best), best.score.toFixed(3).replace('-', '−'));

const className = ({ class: number, label }: ClassScore): string =>
  label === null ? String(number) : `${label} (${number})`;

/** The tables of the layers. */
export const layerSheets = (result: RunResult): readonly Sheet[] => [
  layersSheet(result),
  trafficSheet(result),
  noiseSheet(result),
];
