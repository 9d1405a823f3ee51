import type { Fields, Message } from './message.ts';
import type { Attribute, OnnxNode, ValueInfo } from './onnx-file.ts';
import type { Tensor } from './tensor.ts';
import { sparseTensor, tensor } from './tensor-fields.ts';

/*
 * The fields of onnx.proto (ONNX 1.20) that say what is computed, by their numbers. Documentation, training and devices
 * are skipped, and of the bodies of loops all but what they take from around them.
 */

/** Domains of ONNX's own operators. */
const OWN_DOMAINS: readonly string[] = ['', 'ai.onnx'];

/** What is assumed of a file that does not say which version of the operators it uses: the first. */
const FIRST_OPSET = 1;

/** A model before anything is read of it. */
export const emptyModel = () => ({
  producer: ['', ''] as [name: string, version: string],
  opset: FIRST_OPSET,
  functions: new Set<string>(),
  source: { irVersion: 0, operatorSets: [] as Uint8Array[], functions: [] as Uint8Array[] },
  graph: undefined as ReturnType<typeof emptyGraph> | undefined,
});

const emptyGraph = () => ({
  name: '',
  nodes: [] as OnnxNode[],
  initializers: new Map<string, Tensor>(),
  sources: new Map<string, Uint8Array>(),
  inputs: [] as ValueInfo[],
  outputs: [] as ValueInfo[],
  between: [] as ValueInfo[],
});

/** What a file is. */
export const MODEL: Fields<ReturnType<typeof emptyModel>> = {
  1: ({ source }, field) => {
    source.irVersion = field.integer();
  },
  2: (model, field) => {
    model.producer[0] = field.text();
  },
  3: (model, field) => {
    model.producer[1] = field.text();
  },
  7: (model, field) => {
    model.graph = field.message('graph').read(GRAPH, model.graph ?? emptyGraph());
  },
  8: (model, field) => {
    const message = field.message('opset_import');
    const { domain, version } = message.read(OPERATOR_SET, { domain: '', version: FIRST_OPSET });
    model.source.operatorSets.push(message.bytes);
    if (OWN_DOMAINS.includes(domain)) model.opset = version;
  },
  25: (model, field) => {
    const message = field.message('functions');
    const { domain, name } = message.read(FUNCTION, { domain: '', name: '' });
    model.source.functions.push(message.bytes);
    model.functions.add(`${domain}::${name}`);
  },
};

const OPERATOR_SET: Fields<{ domain: string; version: number }> = {
  1: (set, field) => {
    set.domain = field.text();
  },
  2: (set, field) => {
    set.version = field.integer();
  },
};

const FUNCTION: Fields<{ domain: string; name: string }> = {
  1: (made, field) => {
    made.name = field.text();
  },
  10: (made, field) => {
    made.domain = field.text();
  },
};

const GRAPH: Fields<ReturnType<typeof emptyGraph>> = {
  1: ({ nodes }, field) => nodes.push(node(field.message('node', nodes.length))),
  2: (graph, field) => {
    graph.name = field.text();
  },
  5: ({ initializers, sources }, field) => {
    const message = field.message('initializer', initializers.size);
    const initializer = tensor(message);
    if (initializers.has(initializer.name))
      throw message.flaw(`${initializer.name}, which another initializer is called`);
    initializers.set(initializer.name, initializer);
    sources.set(initializer.name, message.bytes);
  },
  11: ({ inputs }, field) => inputs.push(valueInfo(field.message('input', inputs.length))),
  12: ({ outputs }, field) => outputs.push(valueInfo(field.message('output', outputs.length))),
  13: ({ between }, field) => between.push(valueInfo(field.message('value_info', between.length))),
  15: ({ initializers, sources }, field) => {
    const message = field.message('sparse_initializer');
    const initializer = sparseTensor(message);
    initializers.set(initializer.name, initializer);
    sources.set(initializer.name, message.bytes);
  },
};

interface NodeInProgress {
  name: string;
  opType: string;
  domain: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: Map<string, Attribute>;
  readonly bodies: BodyNames;
}

/** Names in the graphs within a node: those that their nodes use, and those of their own. */
interface BodyNames {
  readonly used: string[];
  readonly own: Set<string>;
  /** Graphs around what is being read. */
  depth: number;
}

const NODE: Fields<NodeInProgress> = {
  1: ({ inputs }, field) => inputs.push(field.text()),
  2: ({ outputs }, field) => outputs.push(field.text()),
  3: (made, field) => {
    made.name = field.text();
  },
  4: (made, field) => {
    made.opType = field.text();
  },
  5: ({ attributes, bodies }, field) =>
    attributes.set(...attribute(field.message('attribute', attributes.size), bodies)),
  7: (made, field) => {
    const domain = field.text();
    made.domain = OWN_DOMAINS.includes(domain) ? '' : domain;
  },
};

function node(message: Message): OnnxNode {
  const { bodies, ...made } = message.read(NODE, {
    name: '',
    opType: '',
    domain: '',
    inputs: [],
    outputs: [],
    attributes: new Map(),
    bodies: { used: [], own: new Set<string>(), depth: 0 },
  });
  const captured = [...new Set(bodies.used)].filter((name) => name !== '' && !bodies.own.has(name));
  return { ...made, captured, source: message.bytes };
}

/** More graphs within each other than this are none: real ones have a handful. */
const MOST_NESTED = 64;

/** Of a graph within a node, what its nodes use and make. */
const BODY: Fields<BodyNames> = {
  1: (body, field) => field.message('node').read(BODY_NODE, body),
  5: ({ own }, field) => own.add(field.message('initializer').read(TENSOR_NAME, { name: '' }).name),
  11: ({ own }, field) => own.add(valueInfo(field.message('input')).name),
  15: ({ own }, field) => own.add(sparseTensor(field.message('sparse_initializer')).name),
};

const BODY_NODE: Fields<BodyNames> = {
  1: ({ used }, field) => used.push(field.text()),
  2: ({ own }, field) => own.add(field.text()),
  5: (body, field) => field.message('attribute').read(BODY_ATTRIBUTE, body),
};

const BODY_ATTRIBUTE: Fields<BodyNames> = {
  6: (body, field) => readBody(body, field.message('g')),
  11: (body, field) => readBody(body, field.message('graphs')),
};

function readBody(body: BodyNames, message: Message): void {
  if (body.depth === MOST_NESTED) throw message.flaw(`more than ${MOST_NESTED} graphs within each other`);
  body.depth++;
  message.read(BODY, body);
  body.depth--;
}

const TENSOR_NAME: Fields<{ name: string }> = {
  8: (made, field) => {
    made.name = field.text();
  },
};

interface AttributeInProgress {
  name: string;
  float?: number;
  integer?: number;
  text?: Uint8Array;
  tensor?: Tensor;
  readonly floats: number[];
  readonly integers: number[];
  readonly bodies: BodyNames;
}

const ATTRIBUTE: Fields<AttributeInProgress> = {
  1: (made, field) => {
    made.name = field.text();
  },
  2: (made, field) => {
    made.float = field.float();
  },
  3: (made, field) => {
    made.integer = field.integer();
  },
  4: (made, field) => {
    made.text = field.bytes();
  },
  5: (made, field) => {
    made.tensor = tensor(field.message('tensor'));
  },
  6: ({ bodies }, field) => readBody(bodies, field.message('g')),
  11: ({ bodies }, field) => readBody(bodies, field.message('graphs')),
  7: ({ floats }, field) => field.floats(floats),
  8: ({ integers }, field) => field.integers(integers),
  22: (made, field) => {
    made.tensor = sparseTensor(field.message('sparse_tensor'));
  },
};

function attribute(message: Message, bodies: BodyNames): [name: string, Attribute] {
  const read = message.read(ATTRIBUTE, { name: '', floats: [], integers: [], bodies });
  const { name, bodies: _, ...value } = read;
  return [name, value];
}

interface ValueInProgress {
  name: string;
  type: number;
  dims: (number | string)[] | undefined;
}

const VALUE: Fields<ValueInProgress> = {
  1: (value, field) => {
    value.name = field.text();
  },
  2: (value, field) => {
    field.message('type').read(TYPE, value);
  },
};

const TYPE: Fields<ValueInProgress> = {
  1: (value, field) => {
    field.message('tensor_type').read(TENSOR_TYPE, value);
  },
};

const TENSOR_TYPE: Fields<ValueInProgress> = {
  1: (value, field) => {
    value.type = field.integer();
  },
  2: (value, field) => {
    value.dims = field.message('shape').read(SHAPE, []);
  },
};

const SHAPE: Fields<(number | string)[]> = {
  1: (dims, field) => dims.push(field.message('dim', dims.length).read(DIMENSION, { size: '' }).size),
};

const DIMENSION: Fields<{ size: number | string }> = {
  1: (dim, field) => {
    const size = field.integer();
    // Some exporters say −1, or 0, for a size that is open
    dim.size = size > 0 ? size : '';
  },
  2: (dim, field) => {
    dim.size = field.text();
  },
};

const valueInfo = (message: Message): ValueInfo =>
  message.read(VALUE, { name: '', type: 0, dims: undefined });
