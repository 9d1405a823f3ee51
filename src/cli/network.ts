import { InputError } from '../input-error.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from '../layer/builtin.ts';
import type { Network } from '../layer/layer.ts';
import { parseNetwork } from '../layer/network-file.ts';
import { readText } from './files.ts';

/**
 * The network that a command names: a built-in one, or a YAML or JSON file.
 *
 * @throws InputError if there is none, or the file has mistakes.
 */
export function networkNamed(name: string): Network {
  if (/\.(ya?ml|json)$/i.test(name)) return parseNetwork(readText(name), name);
  if (/[./\\]/.test(name)) {
    const allowed = `a .yaml or .json file, or a built-in network: ${BUILTIN_NETWORKS.join(', ')}`;
    throw new InputError({ code: 'not-allowed', path: ['network'], found: name, allowed });
  }
  return builtinNetwork(name);
}
