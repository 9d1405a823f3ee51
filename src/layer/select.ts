import { InputError, type Problem } from '../input-error.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Layer, Network } from './layer.ts';

const TYPES: readonly Layer['type'][] = ['conv', 'fc', 'pool'];

/**
 * The layers of a network that a list names, in the network's order: by name, or all of a type (`conv`, `fc`,
 * `pool`).
 *
 * @throws InputError with every entry that is neither, or of a type that the network has no layer of.
 */
export function selectLayers({ name, layers }: Network, wanted: readonly string[]): Layer[] {
  const names = layers.map((layer) => layer.name);
  const some = names.slice(0, 12).join(', ') + (names.length > 12 ? ', …' : '');
  const allowed = `conv, fc or pool, where ${name} has them, or the name of a layer: ${some}`;
  const problems = [...new Set(wanted)]
    .filter((word) => !layers.some((layer) => isMeant(layer, word)))
    .map((found): Problem => {
      const suggestion = nearestWord(found, [...TYPES, ...names]);
      return { code: 'not-allowed', path: ['layers'], found, allowed, suggestion };
    });
  if (problems.length > 0) throw new InputError(...problems);
  return layers.filter((layer) => wanted.some((word) => isMeant(layer, word)));
}

const isMeant = (layer: Layer, word: string): boolean => layer.name === word || layer.type === word;

/**
 * The layer of a name.
 *
 * @throws InputError if there is none.
 */
export function layerNamed<L extends Pick<Layer, 'name'>>(layers: readonly L[], name: string): L {
  const layer = layers.find((one) => one.name === name);
  if (layer !== undefined) return layer;
  const names = layers.map((one) => one.name);
  throw new InputError({
    code: 'not-allowed',
    path: ['layer'],
    found: name,
    allowed: names.slice(0, 12).join(', ') + (names.length > 12 ? ', …' : ''),
    suggestion: nearestWord(name, names),
  });
}
