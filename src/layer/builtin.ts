import { InputError } from '../input-error.ts';
import { nearestWord } from '../nearest-word.ts';
import { type Network, type NetworkSpec, networkFromSpec } from './layer.ts';
import { ALEXNET } from './networks/alexnet.ts';
import { GOOGLENET } from './networks/googlenet.ts';
import { MOBILENET_V1 } from './networks/mobilenet-v1.ts';
import { OVERFEAT_FAST } from './networks/overfeat-fast.ts';
import { RESNET_50 } from './networks/resnet-50.ts';
import { SQUEEZENET } from './networks/squeezenet.ts';
import { VGG_16 } from './networks/vgg-16.ts';

/** Names of the networks that come with the library. */
export const BUILTIN_NETWORKS = [
  'alexnet',
  'vgg-16',
  'googlenet',
  'resnet-50',
  'squeezenet',
  'mobilenet-v1',
  'overfeat-fast',
] as const;

export type BuiltinNetwork = (typeof BUILTIN_NETWORKS)[number];

const SPECS: Readonly<Record<BuiltinNetwork, NetworkSpec>> = {
  alexnet: ALEXNET,
  'vgg-16': VGG_16,
  googlenet: GOOGLENET,
  'resnet-50': RESNET_50,
  squeezenet: SQUEEZENET,
  'mobilenet-v1': MOBILENET_V1,
  'overfeat-fast': OVERFEAT_FAST,
};

const made = new Map<BuiltinNetwork, Network>();

/**
 * The built-in network of a name; the same object every time.
 *
 * @throws InputError if there is none.
 */
export function builtinNetwork(name: string): Network {
  const builtin = BUILTIN_NETWORKS.find((one) => one === name);
  if (builtin === undefined) {
    throw new InputError({
      code: 'not-allowed',
      path: ['network'],
      found: name,
      allowed: BUILTIN_NETWORKS.join(', '),
      suggestion: nearestWord(name, BUILTIN_NETWORKS),
    });
  }
  const network = made.get(builtin) ?? networkFromSpec(SPECS[builtin]);
  made.set(builtin, network);
  return network;
}
