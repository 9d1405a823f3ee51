import { InputError } from '../input-error.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Layer, Network } from './layer.ts';

const TYPES: readonly Layer['type'][] = ['conv', 'fc', 'pool'];

/**
 * The layers of a network that a list names, in the network's order: by name, or all of a type (`conv`, `fc`,
 * `pool`).
 *
 * @throws InputError if an entry is neither, or the network has no layer of that type.
 */
export function selectLayers({ name, layers }: Network, wanted: readonly string[]): Layer[] {
  const names = layers.map((layer) => layer.name);
  for (const word of wanted) {
    if (layers.some((layer) => isMeant(layer, word))) continue;
    throw new InputError({
      code: 'not-allowed',
      path: ['layers'],
      found: word,
      allowed: `conv, fc or pool, where ${name} has them, or the name of a layer: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`,
      suggestion: nearestWord(word, [...TYPES, ...names]),
    });
  }
  return layers.filter((layer) => wanted.some((word) => isMeant(layer, word)));
}

const isMeant = (layer: Layer, word: string): boolean => layer.name === word || layer.type === word;
