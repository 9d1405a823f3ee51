import { DATAFLOWS } from '../../../src/dataflow/registry.ts';
import { InputError } from '../../../src/input-error.ts';
import { SETUP_FIELDS } from '../../setup/setup.ts';
import { choice, type Field, text } from '../../url/field.ts';

/** A mapping as `m96.n1.f5`; empty for the best one. */
const mapping: Field<Readonly<Record<string, number>>> = {
  fallback: {},
  read(written) {
    if (written === '') return {};
    const parameters = written.split('.').map((one) => /^([a-z]{1,8})(\d{1,7})$/.exec(one));
    if (parameters.length <= 20 && parameters.every((one) => one !== null)) {
      return Object.fromEntries(parameters.map((one) => [one[1]!, Number(one[2])]));
    }
    const allowed = 'letters of the dataflow, each with a whole number, and dots between: m96.n1.f5';
    throw new InputError({ code: 'not-allowed', path: [], found: written.slice(0, 60), allowed });
  },
  write: (values) =>
    Object.entries(values)
      .map(([letter, value]) => letter + value)
      .join('.'),
};

/** What the view's address says: a setup, a layer of its network, a dataflow, and a mapping that someone has changed. */
export const WHY_NOT_FIELDS = {
  ...SETUP_FIELDS,
  /** Empty: the network's first. */
  layer: text(''),
  dataflow: choice(
    DATAFLOWS.map(({ name }) => name),
    'RS',
  ),
  mapping,
} as const;
