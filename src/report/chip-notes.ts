import { listed } from './format.ts';

/** What sentences are made of. */
interface LayerOnChip {
  readonly name: string;
  readonly note: string | null;
  readonly processingLatencyMs: number;
  readonly dram: { readonly linkMs: number };
  readonly output: { readonly bitExact: boolean; readonly checkedWords: number };
}

/** What there is to know about mappings. */
export const mappingNotes = (layers: readonly LayerOnChip[]): readonly string[] =>
  layers.flatMap(({ name, note }) => (note === null ? [] : [`${name}: ${note}.`]));

/** Layers that a sentence names; of more it gives the number. */
const MOST_NAMED = 8;

/** Which layers wait for the DRAM. */
export function linkNotes(layers: readonly LayerOnChip[]): readonly string[] {
  const waiting = layers.filter(({ dram, processingLatencyMs }) => dram.linkMs > processingLatencyMs);
  if (waiting.length === 0) return [];
  const where =
    waiting.length <= MOST_NAMED
      ? listed(waiting.map(({ name }) => name))
      : `${waiting.length} of ${layers.length} layers`;
  return [
    `The link to the DRAM is busy for longer than the array in ${where}: what they take in all is more than their latency.`,
  ];
}

/** Whether what was computed again is what the chip computed. */
export function exactness(layers: readonly LayerOnChip[]): string {
  const wrong = layers.filter(({ output }) => !output.bitExact);
  return wrong.length === 0
    ? `Bit-exact: ${layers.reduce((sum, { output }) => sum + output.checkedWords, 0)} ofmap words computed again, all equal.`
    : `NOT bit-exact: ${wrong.map(({ name }) => name).join(', ')}.`;
}
