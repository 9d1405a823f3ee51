import { InputError, type Problem } from '../input-error.ts';
import type { Layer, Network } from '../layer/layer.ts';
import { selectLayers } from '../layer/select.ts';
import { problemsOf } from '../loopnest/map-network.ts';
import type { LoopProblem } from '../loopnest/problem.ts';
import { commaList, together, underFlag, wholeNumber } from './flags.ts';
import type { MapFlags } from './map.ts';
import { problemSource, type Source } from './nest-files.ts';
import { NETWORK_ARGUMENT, networkNamed } from './network.ts';

/** The most images. */
const MOST_BATCH = 1_000_000;

/** What is mapped: layers of a network, or one problem. */
type Work = { readonly batch: number } & (
  | { readonly network: Network; readonly layers: readonly Layer[]; readonly problem?: undefined }
  | { readonly network?: undefined; readonly problem: Source<LoopProblem> }
);

/**
 * What `rowhouse map` is told to map.
 *
 * @param name of the network, if one is given
 * @throws InputError if there is neither a network nor a problem, or both, or what is named is not there.
 */
export async function workOf(name: string | undefined, flags: MapFlags): Promise<Work> {
  const { problem, batch: images, shape } = flags;
  const batch = () => (images === undefined ? undefined : wholeNumber('--batch', images, MOST_BATCH));
  if (problem !== undefined) {
    refuseBeside(name, flags);
    const given = { batch: batch(), shape };
    return { batch: given.batch ?? 1, problem: await problemSource(problem, given) };
  }
  const { model, ...given } = await together({ model: () => modelOf(name, flags), batch });
  return { batch: given.batch ?? 1, ...model };
}

/** Refuses what says what is mapped, beside a problem, which says it already. */
function refuseBeside(network: string | undefined, { layers }: MapFlags): void {
  const allowed = 'without --problem, which is mapped instead of a network';
  const problems = Object.entries({ network, '--layers': layers }).flatMap(([flag, found]): Problem[] =>
    found === undefined ? [] : [{ code: 'not-allowed', path: [flag], found, allowed }],
  );
  if (problems.length > 0) throw new InputError(...problems);
}

async function modelOf(name: string | undefined, { layers: list, shape }: MapFlags) {
  if (name === undefined) {
    const allowed = `${NETWORK_ARGUMENT}; or --problem`;
    throw new InputError({ code: 'missing', path: ['network'], allowed });
  }
  const network = await networkNamed(name, shape);
  const layers =
    list === undefined
      ? mappedLayers(network)
      : underFlag('--layers', () => selectLayers(network, commaList(list)));
  underFlag('--layers', () => problemsOf(network, { layers }));
  return { network, layers };
}

function mappedLayers({ name, layers }: Network): readonly Layer[] {
  const mapped = layers.filter(({ type }) => type !== 'pool');
  if (mapped.length > 0) return mapped;
  const allowed = 'a network with conv or fc layers: pools have no weights to map';
  throw new InputError({ code: 'not-allowed', path: ['network'], found: name, allowed });
}
