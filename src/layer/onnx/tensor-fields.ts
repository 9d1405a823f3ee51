import type { Field, Fields, Message } from './message.ts';
import { flawOfTensor, type Tensor } from './tensor.ts';

/* The fields of onnx.proto (ONNX 1.20) that say what a tensor is and where its values are. */

interface TensorInProgress {
  name: string;
  type: number;
  raw: Uint8Array | undefined;
  isExternal: boolean;
  readonly dims: number[];
  readonly typed: Uint8Array[];
  readonly external: Map<string, string>;
}

const typed = ({ typed }: TensorInProgress, field: Field): void => field.views(typed);

const TENSOR: Fields<TensorInProgress> = {
  1: ({ dims }, field) => field.integers(dims),
  2: (made, field) => {
    made.type = field.integer();
  },
  4: typed,
  5: typed,
  7: typed,
  8: (made, field) => {
    made.name = field.text();
  },
  9: (made, field) => {
    made.raw = field.bytes();
  },
  10: typed,
  11: typed,
  13: ({ external }, field) => {
    const { key, value } = field.message('external_data').read(ENTRY, { key: '', value: '' });
    external.set(key, value);
  },
  14: (made, field) => {
    made.isExternal = field.integer() === EXTERNAL;
  },
};

/** TensorProto.DataLocation */
const EXTERNAL = 1;

const ENTRY: Fields<{ key: string; value: string }> = {
  1: (entry, field) => {
    entry.key = field.text();
  },
  2: (entry, field) => {
    entry.value = field.text();
  },
};

export function tensor(message: Message): Tensor {
  const { name, type, raw, isExternal, dims, typed, external } = message.read(TENSOR, emptyTensor());
  const place = isExternal ? externalPlace(external) : undefined;
  const made = { name, type, dims, raw, typed, external: place };
  const flaw = flawOfTensor(made);
  if (flaw !== undefined) throw message.flaw(name === '' ? flaw : `${name}: ${flaw}`);
  return made;
}

const emptyTensor = (): TensorInProgress => ({
  name: '',
  type: 0,
  raw: undefined,
  isExternal: false,
  dims: [],
  typed: [],
  external: new Map(),
});

function externalPlace(entries: ReadonlyMap<string, string>): Tensor['external'] {
  const number = (key: string) => (entries.has(key) ? Number(entries.get(key)) : undefined);
  return { location: entries.get('location') ?? '', offset: number('offset') ?? 0, length: number('length') };
}

const SPARSE_TENSOR: Fields<{ values: Tensor | undefined; readonly dims: number[] }> = {
  1: (made, field) => {
    made.values = tensor(field.message('values'));
  },
  3: ({ dims }, field) => field.integers(dims),
};

/** All that is of interest of a sparse tensor is its shape, and how many of its values are listed. */
export function sparseTensor(message: Message): Tensor {
  const { values, dims } = message.read(SPARSE_TENSOR, { values: undefined, dims: [] });
  const { name = '', type = 0, dims: listed = [] } = values ?? {};
  const made = { name, type, dims, raw: undefined, typed: [], external: undefined, listed: listed[0] ?? 0 };
  const flaw = flawOfTensor(made);
  if (flaw !== undefined) throw message.flaw(flaw);
  return made;
}
