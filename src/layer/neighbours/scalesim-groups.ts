import { InputError, type Position } from '../../input-error.ts';
import type { Convolution } from './convolution.ts';

/** The row of a group: SCALE-Sim knows no groups, so that each is a layer of its own. */
export const groupRow = (name: string, group: number, groups: number): string =>
  `${name}_group_${group}_of_${groups}`;

/** What {@link groupRow} makes. */
export const GROUP_ROW = /^(?<name>.+)_group_(?<group>\d+)_of_(?<groups>[2-9]|[1-9]\d+)$/s;

interface Row {
  readonly name: string;
  readonly convolution: Convolution;
  readonly position: Position;
}

/**
 * Rows of a topology, with the groups of each layer as one.
 *
 * @throws InputError with file, line and column, if a layer has not all of its groups in a row, or they differ in size.
 */
export function withGroupsMerged<R extends Row>(rows: readonly R[], file: string): R[] {
  const refuse = ({ name: found, position }: Row, allowed: string) =>
    new InputError({ code: 'not-allowed', path: [], found, allowed, file, position });
  const layers: R[] = [];
  for (let i = 0; i < rows.length; ) {
    const first = rows[i]!;
    const { name = first.name, group = '1', groups = '1' } = GROUP_ROW.exec(first.name)?.groups ?? {};
    const count = Number(groups);
    if (group !== '1') throw refuse(first, `${groupRow(name, 1, count)}, and then the other groups`);
    for (let g = 2; g <= count; g++) {
      const row = rows[i + g - 1];
      const expected = groupRow(name, g, count);
      if (row?.name !== expected) throw refuse(row ?? rows.at(-1)!, `${row ? '' : 'after it '}${expected}`);
      if (!isAlike(row, first)) throw refuse(row, `the sizes of ${first.name}, as all groups have`);
    }
    const convolution = { ...first.convolution, groups: count * first.convolution.groups };
    layers.push({ ...first, name, convolution });
    i += count;
  }
  return layers;
}

const isAlike = (a: Row, b: Row): boolean => JSON.stringify(a.convolution) === JSON.stringify(b.convolution);
