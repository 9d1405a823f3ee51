import { builtinNetwork } from '../../src/layer/builtin.ts';
import type { Network } from '../../src/layer/layer.ts';

/*
 * How an address names a network: a built-in one by its name, any other by all its layers, `~` and the compressed text of
 * a network file. So a link shows the network to whoever opens it, and it is still on no server.
 */

/**
 * What an address says for a network that is not built in.
 *
 * @throws InputError if it has too many layers.
 */
export async function refOf(network: Network): Promise<string> {
  const { packNetwork } = await import('./packed-network.ts');
  return `~${packNetwork(network)}`;
}

/**
 * The network that an address names.
 *
 * @throws InputError if there is none of that name, or the packed one is damaged.
 */
export async function networkOf(ref: string): Promise<Network> {
  if (!ref.startsWith('~')) return builtinNetwork(ref);
  const { unpackNetwork } = await import('./packed-network.ts');
  return unpackNetwork(ref.slice(1));
}
