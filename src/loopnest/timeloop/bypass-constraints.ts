import { z } from 'zod';
import { InputError } from '../../input-error.ts';
import type { Architecture } from '../architecture.ts';
import { TENSORS, type Tensor } from '../problem.ts';
import { levelNamed, tensorNamed } from './targets.ts';
import { type DataSpaceNames, listed, ofEach, readPart, type TimeloopFile } from './timeloop-file.ts';

/**
 * The tensors that levels can hold, by the levels' names: those that the `architecture_constraints` of a file do not make
 * them bypass. All else that they say is about mappings, and left out with a note.
 *
 * @throws InputError with file, line and column, if they name no level or tensor.
 */
export const holdsIn = (
  file: TimeloopFile,
  { levels }: Architecture,
  names: DataSpaceNames,
): { holds: ReadonlyMap<string, readonly Tensor[]>; notes: readonly string[] } =>
  readPart(file, constraintsSchema, ({ architecture_constraints: constraints }) => {
    const targets = constraints?.targets ?? [];
    const bypassed = new Map<string, Set<Tensor>>();
    const rest = ofEach(targets, ({ target, type, bypass, keep }, i): string[] => {
      const path = ['architecture_constraints', 'targets', i];
      const level = levelNamed(target, levels, [...path, 'target']);
      const { name } = levels[level]!;
      if (type !== 'bypass' && type !== 'datatype') return [`${type} of ${name}`];
      if (level === 0 && bypass && bypass.length > 0) {
        const allowed = `nothing at ${name}: the outermost memory holds everything`;
        throw new InputError({ code: 'not-allowed', path: [...path, 'bypass'], found: bypass, allowed });
      }
      const tensors = (bypass ?? []).map((one, j) => tensorNamed(one, names, [...path, 'bypass', j]));
      bypassed.set(name, new Set([...(bypassed.get(name) ?? []), ...tensors]));
      return (keep ?? []).length > 0 ? [`keep of ${name}`] : [];
    }).flat();
    const holds = [...bypassed].map(
      ([name, tensors]) => [name, TENSORS.filter((tensor) => !tensors.has(tensor))] as const,
    );
    const note = `of the architecture's constraints, only what levels bypass is read, not ${listed(rest)}`;
    return { holds: new Map(holds), notes: rest.length > 0 ? [note] : [] };
  });

const word = z.string().min(1);

/** The form of the part of a file under `architecture_constraints`. */
const constraintsSchema = z.looseObject({
  architecture_constraints: z
    .looseObject({
      targets: z
        .array(
          z.looseObject({
            target: z.union([word, z.int()]),
            type: word,
            bypass: z.array(word).nullish(),
            keep: z.array(word).nullish(),
          }),
        )
        .max(1000)
        .nullish(),
    })
    .nullish(),
});
