import { useEffect } from 'preact/hooks';
import { OBJECTIVES, type Objective } from '../../src/search/objective.ts';
import { NetworkPicker } from '../network/network-picker.tsx';
import { SelectField, TextField } from '../parts/fields.tsx';
import { SETUP_FIELDS, type Setup } from './setup.ts';

/** What each objective is called. */
const OBJECTIVE_NAMES: Readonly<Record<Objective, string>> = {
  energy: 'energy',
  edp: 'energy × delay',
  delay: 'delay',
  dram: 'DRAM accesses',
};

/** The levels whose costs can be changed, by their key in the address. */
const COSTS = [
  ['dram', 'DRAM'],
  ['buffer', 'GLB'],
  ['array', 'between PEs'],
  ['reg', 'RF'],
  ['alu', 'MAC'],
] as const;

/** What is mapped onto what. Each change takes effect at once. */
export function SetupPanel({
  setup,
  set,
  choosesLayers = false,
}: {
  setup: Setup;
  set: (change: Partial<Setup>) => void;
  /** Whether the view is about several layers. */
  choosesLayers?: boolean;
}) {
  useEffect(() => void performance.mark('interactive'), []);
  const field = <K extends keyof Setup>(key: K) => ({
    field: SETUP_FIELDS[key] as never,
    value: setup[key] as never,
    onChange: (value: Setup[K]) => set({ [key]: value } as Partial<Setup>),
  });
  return (
    <form class="panel" aria-label="What is mapped onto what" onSubmit={(event) => event.preventDefault()}>
      <NetworkPicker net={setup.net} onChange={(net) => set({ net })} />
      <div class="fields">
        <TextField label="Batch" unit="images" {...field('batch')} />
        <TextField label="PEs" {...field('pes')} />
      </div>
      <SelectField
        label="Make small"
        value={setup.objective}
        options={OBJECTIVES.map((objective) => [objective, OBJECTIVE_NAMES[objective]] as const)}
        onChange={(objective) => set({ objective })}
      />
      {choosesLayers && (
        <TextField
          label="Layers"
          hint="Empty: all that multiply. Or conv, fc, pool, or names with commas."
          numeric={false}
          {...field('layers')}
        />
      )}
      <details open={isChanged(setup, ['dram', 'buffer', 'array', 'reg', 'alu'])}>
        <summary>Energy of one access</summary>
        <div class="fields small">
          {COSTS.map(([key, name]) => (
            <TextField key={key} label={name} {...field(key)} />
          ))}
        </div>
      </details>
      <details open={isChanged(setup, ['area', 'rf', 'glb'])}>
        <summary>Storage</summary>
        <TextField
          label="Area"
          unit="µm²"
          hint="Empty: that of the paper's baseline with as many PEs."
          {...field('area')}
        />
        <TextField
          label="RF"
          unit="bytes per PE"
          hint="Empty: each dataflow takes what it needs, and its GLB gets the rest of the area."
          {...field('rf')}
        />
        <TextField
          label="GLB"
          unit="bytes"
          hint="Empty: what the RFs leave of the area. With a size, the area does not count."
          {...field('glb')}
        />
      </details>
      <button type="button" onClick={() => set(fallbacks())}>
        Back to the paper's baseline
      </button>
    </form>
  );
}

/** Whether any of some fields is not as in the paper: it is not hidden then. */
const isChanged = (setup: Setup, keys: readonly (keyof Setup)[]): boolean =>
  keys.some((key) => setup[key] !== SETUP_FIELDS[key].fallback);

/** The setup of the paper; the network stays. */
function fallbacks(): Partial<Setup> {
  const { net, ...fields } = SETUP_FIELDS;
  return Object.fromEntries(Object.entries(fields).map(([key, { fallback }]) => [key, fallback]));
}
