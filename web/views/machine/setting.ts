import { InputError, type Problem } from '../../../src/input-error.ts';
import type { Layer, Network } from '../../../src/layer/layer.ts';
import { layerNamed } from '../../../src/layer/select.ts';
import type { Architecture } from '../../../src/loopnest/architecture.ts';
import { checkConstraints } from '../../../src/loopnest/check-constraints.ts';
import { type Constraints, NO_CONSTRAINTS } from '../../../src/loopnest/constraints.ts';
import {
  ARCHITECTURE_PRESETS,
  architecturePreset,
  CONSTRAINTS_PRESETS,
  constraintsPreset,
} from '../../../src/loopnest/presets.ts';
import { type LoopProblem, problemOfLayer } from '../../../src/loopnest/problem.ts';
import { networkOf } from '../../network/network-ref.ts';
import type { MachineState } from './fields.ts';
import { ownArchitecture, unpackArchitecture } from './own-architecture.ts';

/** What of an address a setting is made of. */
export type SettingQuestion = Pick<
  MachineState,
  'net' | 'layer' | 'batch' | 'arch' | 'constraints' | 'bypass' | 'axes'
>;

/** A name and what it stands for. */
export type Named = readonly [name: string, title: string];

/** What an address stands for, as plain data, and what may be chosen instead. */
export interface Setting {
  /** The layers that can be mapped, and which one is. */
  readonly layers: readonly string[];
  readonly layer: string;
  readonly architectures: readonly Named[];
  /** The constraints that go with the architecture. */
  readonly constraintsThatFit: readonly Named[];
  /** The constraints' own name, before flags change them. */
  readonly chosenConstraints: string;
  readonly network: string;
  readonly batch: number;
  readonly problem: LoopProblem;
  readonly architecture: Architecture;
  /** The file of the architecture: also of one with mistakes, instead of which another is taken. */
  readonly architectureText: string;
  readonly constraints: Constraints;
  /** What of the address cannot be; something else is taken instead. */
  readonly problems: readonly Problem[];
}

/**
 * What an address stands for.
 *
 * @throws InputError if there is no such network, it has nothing to map, or the batch is too large for it.
 */
export async function settingOf(question: SettingQuestion): Promise<Setting> {
  const { net, batch, arch, bypass, axes } = question;
  const network = await networkOf(net);
  const layers = network.layers.filter((one) => one.type !== 'pool');
  if (layers.length === 0) {
    const allowed = 'a network with conv or fc layers: pools have no weights to map';
    throw new InputError({ code: 'not-allowed', path: ['net'], found: network.name, allowed });
  }
  const problems: Problem[] = [];
  const orElse = <T>(read: () => T, fallback: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
      return fallback();
    }
  };
  const layer = orElse(
    () => (question.layer === '' ? exampleOf(network, layers) : layerNamed(layers, question.layer)),
    () => exampleOf(network, layers),
  );
  const problem = problemOfLayer(layer, batch);
  const { text, architecture } = orElse(() => architectureOf(arch), preset);
  const architectureText = arch.startsWith('~')
    ? orElse(
        () => unpackArchitecture(arch),
        () => text,
      )
    : text;
  const chosen = orElse(
    () => constraintsNamed(question.constraints, architecture, problem),
    () => NO_CONSTRAINTS,
  );
  return {
    layers: layers.map(({ name }) => name),
    layer: layer.name,
    architectures: ARCHITECTURE_PRESETS.map(({ name, title }) => [name, title]),
    constraintsThatFit: CONSTRAINTS_PRESETS.filter(({ name }) => fits(name, architecture, problem)).map(
      ({ name, title }) => [name, title],
    ),
    chosenConstraints: chosen.name,
    network: network.name,
    batch,
    problem,
    architecture,
    architectureText,
    constraints: changed(chosen, bypass, axes),
    // A damaged text is found twice
    problems: problems.filter(
      (one, i) =>
        problems.findIndex(({ found, path }) => found === one.found && path[0] === one.path[0]) === i,
    ),
  };
}

type MappedLayer = Exclude<Layer, { type: 'pool' }>;

const exampleOf = ({ name }: Network, layers: readonly MappedLayer[]): MappedLayer =>
  layers.find((layer) => name === 'alexnet' && layer.name === 'CONV3') ?? layers[0]!;

function architectureOf(arch: string) {
  if (arch.startsWith('~')) {
    const text = unpackArchitecture(arch);
    return { text, architecture: ownArchitecture(text) };
  }
  return preset(arch);
}

/** @throws InputError if there is none of that name. */
function preset(name = ARCHITECTURE_PRESETS[0]!.name) {
  const architecture = underKey('arch', () => architecturePreset(name));
  return { text: ARCHITECTURE_PRESETS.find((one) => one.name === name)!.yaml, architecture };
}

function constraintsNamed(name: string, architecture: Architecture, problem: LoopProblem): Constraints {
  if (name === NO_CONSTRAINTS.name) return NO_CONSTRAINTS;
  const constraints = underKey('constraints', () => constraintsPreset(name));
  try {
    checkConstraints(constraints, architecture, Object.keys(problem.sizes));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const allowed = `constraints that go with ${architecture.name}: ${name} is for other levels`;
    throw new InputError({ code: 'not-allowed', path: ['constraints'], found: name, allowed });
  }
  return constraints;
}

function fits(name: string, architecture: Architecture, problem: LoopProblem): boolean {
  try {
    checkConstraints(constraintsPreset(name), architecture, Object.keys(problem.sizes));
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** What two choices of the search change in constraints, and in their name. */
function changed(given: Constraints, bypass: boolean, axes: Constraints['axes']): Constraints {
  const [isFreed, isWidened] = [bypass && given.buffers !== 'free', axes === 'both' && given.axes !== 'both'];
  return {
    ...given,
    name: [given.name, ...(isFreed ? ['bypass'] : []), ...(isWidened ? ['both axes'] : [])].join(', '),
    buffers: bypass ? 'free' : given.buffers,
    axes: isWidened ? 'both' : given.axes,
  };
}

/** Problems under the key of the address that they are about. */
function underKey<T>(key: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(...error.problems.map((problem): Problem => ({ ...problem, path: [key] })));
  }
}
