import type { HostNode, Noise, NoiseLimit, RanLayer, RunResult } from '../run/result.ts';
import { exactness, linkNotes, mappingNotes } from './chip-notes.ts';
import { alike, inMillions, listed, shareText, threeDigits } from './format.ts';
import { decibels, gainOf, isWorthIt } from './run-sheets.ts';

/** A number of the whole run, and what it is. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What the run comes to. */
export function totalFacts({ layers, classes, images, total }: RunResult): readonly Fact[] {
  const milliwatts = alike([total.power.chip, total.power.dram]);
  return [
    { name: 'Throughput', value: `≤ ${total.framesPerSecond.toFixed(1)} frames/s` },
    { name: 'Chip', value: `${milliwatts(total.power.chip)} mW` },
    { name: 'DRAM', value: `${milliwatts(total.power.dram)} mW` },
    { name: 'Energy', value: `${threeDigits(total.millijoulesPerImage)} mJ per image` },
    { name: 'On the chip', value: macsText(total) },
    { name: 'Last layer', value: `SNR ${withUnit(layers.at(-1)?.snrDb ?? null)}` },
    ...(classes ? [{ name: 'Classes', value: `${classes.agreeing} of ${images} as in floating point` }] : []),
  ];
}

const macsText = ({ macs, macsPercent }: RunResult['total']): string =>
  macsPercent === null ? `${inMillions(macs)} MACs` : `${shareText(macsPercent)} % of the MACs`;

/** Layers, images or nodes that a sentence names. */
const MOST_NAMED = 5;

const named = (layers: readonly RanLayer[]): string =>
  layers.length <= MOST_NAMED ? listed(layers.map(({ name }) => name)) : `${layers.length} layers`;

const withUnit = (db: number | null): string => (db === null ? 'exact' : `${decibels(db)} dB`);

type NoisyLayer = RanLayer & { readonly noise: Noise };

/** What limits the layers, those with the same limit together, and what would gain. */
export function noiseNotes({ layers }: RunResult): readonly string[] {
  const noisy = layers.filter((layer): layer is NoisyLayer => layer.noise !== null);
  return (['cutting', 'overflow', 'weights', 'ifmap'] as const).flatMap((limit) => {
    const limited = noisy.filter(({ noise }) => noise.limit === limit);
    return limited.length > 0 ? [SENTENCES[limit](limited)] : [];
  });
}

const SENTENCES: Readonly<Record<NoiseLimit, (layers: readonly NoisyLayer[]) => string>> = {
  cutting: (layers) => {
    const rounded = gains(layers, ({ ownDb, roundedDb }) => [ownDb, roundedDb]);
    const lower = gains(
      layers,
      ({ ownDb, lowerWindowDb }) => [ownDb, lowerWindowDb],
      ({ lowerWindowOverflowPercent: percent }) =>
        percent > 0 ? ` (${threeDigits(percent)} % of its words out of range)` : '',
    );
    return [
      `Products cut to 16 bits limit ${named(layers)}.`,
      rounded ? `Rounding them would give ${rounded}.` : 'Rounding them would gain little.',
      ...(lower ? [`A window one place lower would give ${lower}.`] : []),
    ].join(' ');
  },
  overflow: (layers) => {
    const worst = layers.toSorted((a, b) => b.noise.overflowPercent - a.noise.overflowPercent)[0]!;
    return `Sums that leave their range limit ${named(layers)} (${threeDigits(worst.noise.overflowPercent)} % of the words of ${worst.name}). A window one place higher would double the range, for a bit of fraction.`;
  },
  weights: (layers) => {
    const worst = layers.toSorted((a, b) => orMost(a.noise.weightsDb) - orMost(b.noise.weightsDb));
    const left = worst.map(({ name, noise }) => `${withUnit(noise.weightsDb)} in ${name}`);
    return `Weights of 16 bits limit ${named(layers)}: with all else exact, they leave ${firstOf(left)}.`;
  },
  ifmap: (layers) => {
    const own = gains(layers, ({ ownDb }, snrDb) => [snrDb, ownDb]);
    const alone = own ? ` Without it there would be ${own}.` : '';
    return `Noise from the layers before limits ${named(layers)}.${alone}`;
  },
};

const orMost = (db: number | null): number => db ?? Number.POSITIVE_INFINITY;

/** `71.0 dB instead of 58.0 in conv3`: where a change is worth it, the largest gains first. */
function gains(
  layers: readonly NoisyLayer[],
  change: (noise: Noise, snrDb: number | null) => readonly [from: number | null, to: number | null],
  remark: (noise: Noise) => string = () => '',
): string {
  const worthy = layers
    .map(({ name, noise, snrDb }) => ({ name, noise, change: change(noise, snrDb) }))
    .filter(({ change: [from, to] }) => isWorthIt(from, to))
    .toSorted((a, b) => gainOf(...b.change) - gainOf(...a.change));
  return firstOf(
    worthy.map(
      ({ name, noise, change: [from, to] }) =>
        `${withUnit(to)} instead of ${decibels(from)} in ${name}${remark(noise)}`,
    ),
  );
}

/** The first of these, and how many more there are. */
function firstOf(texts: readonly string[]): string {
  const others = texts.length - MOST_NAMED;
  return listed(others > 0 ? [...texts.slice(0, MOST_NAMED), `${others} more`] : texts);
}

/** Reasons that are told one by one. */
const MOST_REASONS = 12;

/** What ran on the host: first what the chip might have done, by the reason why it did not, then the rest. */
export function hostNotes({ host }: RunResult): readonly string[] {
  const reasons = [...new Set(host.map(({ reason }) => reason))].filter((reason) => reason !== null);
  const lines = reasons.map((reason) => {
    const nodes = host.filter((node) => node.reason === reason);
    return `${operatorsOf(nodes)} on the host: ${reason}`;
  });
  const others = lines.slice(MOST_REASONS).length;
  const rest = host.filter(({ reason }) => reason === null);
  return [
    ...lines.slice(0, MOST_REASONS),
    ...(others > 0 ? [`${others} other reasons are in the JSON document`] : []),
    ...(rest.length > 0 ? [`On the host${reasons.length > 0 ? ' too' : ''}: ${operatorsOf(rest)}`] : []),
  ];
}

/** `Mul ×27, Softmax`. */
function operatorsOf(nodes: readonly HostNode[]): string {
  const operators = nodes.map(({ op }) => op);
  return [...new Set(operators)]
    .map((op) => ({ op, count: operators.filter((other) => other === op).length }))
    .map(({ op, count }) => (count > 1 ? `${op} ×${count}` : op))
    .join(', ');
}

/** How often chip and float network say the same, and how often they are right. */
export function classesSentence({ classes, images }: RunResult): string | undefined {
  if (classes === null) return undefined;
  const { agreeing, agreementPercent, accuracyPercent } = classes;
  const agreement = `Chip and float network agree on ${agreeing} of ${images} images (${shareText(agreementPercent)} %).`;
  if (accuracyPercent === null) return agreement;
  const { chip, float } = accuracyPercent;
  return `${agreement} Accuracy: ${shareText(chip)} % on the chip, ${shareText(float)} % in floating point.`;
}

/** What else there is to know of the layers. */
export const layerNotes = ({ layers, powerSource }: RunResult): readonly string[] => [
  ...mappingNotes(layers),
  ...linkNotes(layers),
  `Power comes from two constants: ${powerSource}.`,
  exactness(layers),
];
