import { InputError, type Problem } from '../../input-error.ts';
import type { Network } from '../layer.ts';
import { type Exported, exportedLayers, exportNotes } from './export.ts';
import { CONV_HEADER, DEPTHWISE_MARK } from './scalesim.ts';
import { GROUP_ROW, groupRow } from './scalesim-groups.ts';

/** More rows are no topology that SCALE-Sim would get through, nor one that Rowhouse would read again. */
const MOST_ROWS = 100_000;

/**
 * A network as the text of a SCALE-Sim topology, a row for each convolutional and fully connected layer, or for each of
 * its groups: its ifmap is the padded one. Pools are left out, which a note says.
 *
 * @throws InputError with the names of layers that a topology cannot say: dilated filters, strides that differ, names that
 * mean something to SCALE-Sim; or if there are only pools, or far too many groups.
 */
export function scalesimTopology(network: Network): { text: string; notes: readonly string[] } {
  const exported = exportedLayers(network, unsayable);
  const count = exported.reduce((sum, { shape }) => sum + shape.G, 0);
  if (count > MOST_ROWS) {
    const found = `${count} rows`;
    const allowed = `at most ${MOST_ROWS}, one for each group of a layer; --layers can leave layers out`;
    throw new InputError({ code: 'out-of-range', path: [network.name], found, allowed });
  }
  const rows = exported.flatMap(rowsOf);
  const lines = [CONV_HEADER, ...rows].map((cells) => `${cells.join(', ')},\n`);
  const ownWeights = network.layers.filter((layer) => layer.type === 'conv' && layer.weightsPerImage);
  const notes = ownWeights.map(
    ({ name }) => `${name} has other weights for each image: SCALE-Sim knows one image only`,
  );
  return { text: lines.join(''), notes: [...exportNotes(network), ...notes] };
}

function rowsOf({ layer: { name }, shape: { G, C, M, H, W, R, S, Uv } }: Exported): (string | number)[][] {
  const sizes = [H, W, R, S, C, M, Uv];
  if (G === 1) return [[name, ...sizes]];
  return Array.from({ length: G }, (_, i) => [groupRow(name, i + 1, G), ...sizes]);
}

function unsayable({ layer: { name }, shape }: Exported): Problem[] {
  const { R, S, spanR, spanS, Uv, Uh } = shape;
  const problems: Problem[] = [];
  const refuse = (path: string[], found: unknown, allowed: string) =>
    problems.push({ code: 'not-allowed', path: [name, ...path], found, allowed });
  if (/[",\r\n]/.test(name) || name.trim() !== name || name === '') {
    refuse([], name, 'in SCALE-Sim, a name without commas, quotes and line breaks, or spaces around it');
  }
  if (name.includes(DEPTHWISE_MARK)) {
    refuse([], name, `in SCALE-Sim, a name without ${DEPTHWISE_MARK}, which would make it depthwise`);
  }
  if (GROUP_ROW.test(name)) refuse([], name, 'a name that is not like that of a group');
  if (spanR !== R || spanS !== S) refuse(['kernel'], [spanR, spanS], 'in SCALE-Sim, no dilation');
  if (Uv !== Uh) refuse(['stride'], [Uv, Uh], 'in SCALE-Sim, one stride for both directions');
  return problems;
}
