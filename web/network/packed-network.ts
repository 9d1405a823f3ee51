import { z } from 'zod';
import { InputError } from '../../src/input-error.ts';
import type { Network } from '../../src/layer/layer.ts';
import { formatNetwork, parseNetwork } from '../../src/layer/network-file.ts';
import { packText, unpackText } from '../url/packed-text.ts';
import { withoutEval } from '../work/without-eval.ts';

withoutEval();

/** The most layers of a network on the page. */
export const MOST_LAYERS = 2000;

/** The most bytes of the text of a network; one of so many layers has fewer. */
const MOST_BYTES = 1_000_000;

const node = z.object({
  name: z.string(),
  op: z.string(),
  macs: z.number().nullable(),
  reason: z.string(),
});

/** What is packed: a network file and, for a network from an ONNX file, what became of its nodes, but for the list of all. */
const packedSchema = z.object({
  network: z.string(),
  coverage: z
    .object({
      macsPercent: z.number(),
      isUpperBound: z.boolean(),
      nodes: z.object({
        mapped: z.number(),
        folded: z.number(),
        elementwise: z.number(),
        unsupported: z.array(node),
      }),
      elementwiseElements: z.number(),
    })
    .optional(),
});

/**
 * A network as characters of an address.
 *
 * @throws InputError if it has more than {@link MOST_LAYERS} layers.
 */
export function packNetwork(network: Network): string {
  const { layers, coverage } = network;
  if (layers.length > MOST_LAYERS) {
    const allowed = `at most ${MOST_LAYERS} layers on this page; the command rowhouse takes more`;
    throw new InputError({ code: 'out-of-range', path: ['layers'], found: layers.length, allowed });
  }
  const packed: z.infer<typeof packedSchema> = {
    network: formatNetwork(network),
    ...(coverage && { coverage: packedSchema.shape.coverage.parse(coverage) }),
  };
  return packText(JSON.stringify(packed));
}

/**
 * The network that {@link packNetwork} made characters of.
 *
 * @throws InputError if they are damaged.
 */
export function unpackNetwork(characters: string): Network {
  const { network: text, coverage } = unpacked(characters);
  const network = parseNetwork(text, 'the network in the link');
  return coverage === undefined ? network : { ...network, coverage: { ...coverage, list: [] } };
}

function unpacked(characters: string): z.infer<typeof packedSchema> {
  try {
    return packedSchema.parse(JSON.parse(unpackText(characters, MOST_BYTES)));
  } catch {
    throw new InputError({
      code: 'syntax',
      path: [],
      found: 'the network in the link is damaged, or the link was cut off',
      allowed: 'the whole link, or the file again',
    });
  }
}
