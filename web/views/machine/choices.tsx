import type { Constraints } from '../../../src/loopnest/constraints.ts';
import type { NestObjective } from '../../../src/loopnest/map-result.ts';
import { NetworkPicker } from '../../network/network-picker.tsx';
import { SelectField, TextField } from '../../parts/fields.tsx';
import { MACHINE_FIELDS, type MachineState } from './fields.ts';
import type { Setting } from './setting.ts';

const OBJECTIVES: readonly (readonly [NestObjective, string])[] = [
  ['energy', 'energy'],
  ['edp', 'energy × cycles'],
  ['delay', 'cycles'],
];

/** What is mapped onto what, and what the search may do. Each change takes effect at once. */
export function Choices({
  state,
  setting,
  set,
}: {
  state: MachineState;
  setting: Setting | undefined;
  set: (change: Partial<MachineState>) => void;
}) {
  const layer = setting?.layer ?? state.layer;
  const constraints = setting?.chosenConstraints ?? state.constraints;
  return (
    <form class="panel" aria-label="What is mapped onto what" onSubmit={(event) => event.preventDefault()}>
      <NetworkPicker net={state.net} onChange={(net) => set({ net, layer: '', mapping: '' })} />
      <SelectField
        label="Layer"
        value={layer}
        options={(setting?.layers ?? [layer]).map((name) => [name, name])}
        onChange={(name) => set({ layer: name, mapping: '' })}
      />
      <TextField
        label="Batch"
        unit="images"
        field={MACHINE_FIELDS.batch}
        value={state.batch}
        onChange={(batch) => set({ batch, mapping: '' })}
      />
      <SelectField
        label="Machine"
        value={state.arch}
        options={architectures(state.arch, setting)}
        hint={setting?.architectures.find(([name]) => name === state.arch)?.[1] ?? ''}
        onChange={(arch) => set({ arch, constraints: 'none', mapping: '' })}
      />
      <SelectField
        label="Make small"
        value={state.objective}
        options={OBJECTIVES}
        onChange={(objective) => set({ objective })}
      />
      <SelectField
        label="Constraints"
        value={constraints}
        options={[
          ['none', 'none: any nest'],
          ...(setting?.constraintsThatFit ?? []).map(([name]) => [name, name] as const),
        ]}
        hint={
          setting?.constraintsThatFit.find(([name]) => name === constraints)?.[1] ??
          'The dataflow that nests must keep to.'
        }
        onChange={(name) => set({ constraints: name })}
      />
      <fieldset class="allowed">
        <legend>The search may also</legend>
        <Check
          label="let tensors go round buffers"
          isOn={state.bypass}
          onChange={(bypass) => set({ bypass })}
        />
        <Check
          label="unroll a loop along both axes"
          isOn={state.axes === 'both'}
          onChange={(both) => set({ axes: (both ? 'both' : 'one') satisfies Constraints['axes'] })}
        />
        <Check
          label="take factors that do not divide"
          isOn={state.factors === 'imperfect'}
          onChange={(imperfect) => set({ factors: imperfect ? 'imperfect' : 'perfect', mapping: '' })}
        />
      </fieldset>
      <TextField
        label="Time for the search"
        unit="s"
        hint="What is not proven by then is told with its bound."
        field={MACHINE_FIELDS.time}
        value={state.time}
        onChange={(time) => set({ time })}
      />
      <button type="button" onClick={() => set(fallbacks())}>
        Back to the start
      </button>
    </form>
  );
}

function architectures(arch: string, setting: Setting | undefined): readonly (readonly [string, string])[] {
  const presets = (setting?.architectures ?? []).map(([name]) => [name, name] as const);
  if (presets.some(([name]) => name === arch)) return presets;
  const own = arch.startsWith('~') ? `your own: ${setting?.architecture.name ?? '…'}` : arch.slice(0, 40);
  return [[arch, own], ...presets];
}

function Check({
  label,
  isOn,
  onChange,
}: {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isOn}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />{' '}
      {label}
    </label>
  );
}

const fallbacks = (): Partial<MachineState> =>
  Object.fromEntries(Object.entries(MACHINE_FIELDS).map(([key, { fallback }]) => [key, fallback]));
