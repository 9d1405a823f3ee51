import { InputError } from '../input-error.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from '../layer/builtin.ts';
import type { Network } from '../layer/layer.ts';
import { nearestWord } from '../nearest-word.ts';
import { readText } from './files.ts';

/** What a command takes for a network. */
export const NETWORK_ARGUMENT = `a .yaml or .json file, or a built-in network: ${BUILTIN_NETWORKS.join(', ')}`;

/**
 * The network that a command names: a built-in one, or a YAML or JSON file.
 *
 * @throws InputError if there is none, or the file has mistakes.
 */
export async function networkNamed(name: string): Promise<Network> {
  if (/\.(ya?ml|json)$/i.test(name)) {
    const text = readText(name);
    // Not above: the parser and the schema take longer to load than a built-in network to map
    const { parseNetwork } = await import('../layer/network-file.ts');
    return parseNetwork(text, name);
  }
  const builtin = BUILTIN_NETWORKS.find((one) => one === name);
  if (builtin !== undefined) return builtinNetwork(builtin);
  const allowed = NETWORK_ARGUMENT;
  if (/\.onnx$/i.test(name)) {
    const found = `this version reads no ONNX files, such as ${name}`;
    throw new InputError({ code: 'unreadable', path: ['network'], found, allowed });
  }
  const suggestion = nearestWord(name, BUILTIN_NETWORKS);
  throw new InputError({ code: 'not-allowed', path: ['network'], found: name, allowed, suggestion });
}
