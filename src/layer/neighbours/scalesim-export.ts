import { InputError, type Problem } from '../../input-error.ts';
import type { Network } from '../layer.ts';
import { type Exported, exportedLayers, exportNotes } from './export.ts';
import { CONV_HEADER, DEPTHWISE_MARK } from './scalesim.ts';
import { GROUP_ROW, groupRow } from './scalesim-groups.ts';

/** More rows are no topology that SCALE-Sim would get through, nor one that Rowhouse would read again. */
const MOST_ROWS = 100_000;

/** More bytes Rowhouse would not read again. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * A network as the text of a SCALE-Sim topology, a row for each convolutional and fully connected layer, or for each of
 * its groups: its ifmap is the padded one. A depthwise layer with DP in its name is one row, as SCALE-Sim has it. Pools
 * are left out, which a note says.
 *
 * @throws InputError with the names of layers that a topology cannot say: dilated filters, strides that differ, weights of
 * each image, names that mean something to SCALE-Sim; or if there are only pools, or far too many groups.
 */
export function scalesimTopology(network: Network): { text: string; notes: readonly string[] } {
  const exported = exportedLayers(network, unsayable);
  const count = exported.reduce((sum, one) => sum + rowCount(one), 0);
  const refuse = (found: string, allowed: string) => {
    const hint = 'one row for each group of a layer; --layers can leave layers out';
    const problem = { path: [network.name], found, allowed: `${allowed}, ${hint}` };
    return new InputError({ ...problem, code: 'out-of-range' });
  };
  if (count > MOST_ROWS) throw refuse(`${count} rows`, `at most ${MOST_ROWS}`);
  const lines: string[] = [];
  let bytes = 0;
  for (const row of rowsOf(exported)) {
    const line = `${row.join(', ')},\n`;
    bytes += new TextEncoder().encode(line).length;
    if (bytes > MOST_BYTES) throw refuse(`over ${MOST_BYTES} bytes`, 'a file that can be read again');
    lines.push(line);
  }
  return { text: lines.join(''), notes: exportNotes(network) };
}

/** The cells of all rows, one after the other: with long names, all would be too many at once. */
function* rowsOf(exported: readonly Exported[]): Generator<readonly (string | number)[]> {
  yield CONV_HEADER;
  for (const one of exported) {
    const { layer, shape } = one;
    const { G, C, M, H, W, R, S, Uv } = shape;
    const sizes = [H, W, R, S, isMarked(one) ? G : C, M, Uv];
    const rows = rowCount(one);
    for (let i = 1; i <= rows; i++) yield [rows === 1 ? layer.name : groupRow(layer.name, i, rows), ...sizes];
  }
}

const rowCount = (one: Exported): number => (isMarked(one) ? 1 : one.shape.G);

/** Whether SCALE-Sim takes a layer of this name to be depthwise. */
const isMarked = ({ layer: { name } }: Exported): boolean => name.includes(DEPTHWISE_MARK);

function unsayable(exported: Exported): Problem[] {
  const { layer, shape } = exported;
  const { name } = layer;
  const { C, R, S, spanR, spanS, Uv, Uh } = shape;
  const problems: Problem[] = [];
  const refuse = (path: string[], found: unknown, allowed: string) =>
    problems.push({ code: 'not-allowed', path: [name, ...path], found, allowed });
  if (/[",\r\n]/.test(name) || name.trim() !== name || name === '') {
    refuse([], name, 'in SCALE-Sim, a name without commas, quotes and line breaks, or spaces around it');
  }
  if (isMarked(exported) && C > 1) {
    refuse([], name, `in SCALE-Sim, a name without ${DEPTHWISE_MARK}, which would make it depthwise`);
  }
  if (GROUP_ROW.test(name)) refuse([], name, 'a name that is not like that of a group');
  if (spanR !== R || spanS !== S) refuse(['kernel'], [spanR, spanS], 'in SCALE-Sim, no dilation');
  if (Uv !== Uh) refuse(['stride'], [Uv, Uh], 'in SCALE-Sim, one stride for both directions');
  if (layer.type === 'conv' && layer.weightsPerImage) {
    refuse(['weightsPerImage'], true, 'in SCALE-Sim, which knows one image only, weights for all images');
  }
  return problems;
}
