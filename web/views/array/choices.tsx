import { NetworkPicker } from '../../network/network-picker.tsx';
import { SelectField, TextField } from '../../parts/fields.tsx';
import { ARRAY_FIELDS, type ArrayState } from './fields.ts';
import type { Opened } from './questions.ts';

/** What another layer has not in common with the one before. */
const FROM_THE_START = { pass: 0, cycle: 0, word: undefined } as const;

/** What stands on the array. */
export function Choices({
  state,
  opened,
  set,
}: {
  state: ArrayState;
  opened: Opened | undefined;
  set: (change: Partial<ArrayState>) => void;
}) {
  const { net, mapping } = state;
  const shown = state.layer || opened?.layer || '';
  const layers = opened?.layers ?? [];
  const options = layers.includes(shown) ? layers : [shown, ...layers];
  const choose = (change: Partial<ArrayState>) => set({ ...FROM_THE_START, ...change });
  const isByHand = !['', 'best', 'published'].includes(mapping);
  const origin = isByHand ? 'letters' : mapping || opened?.origin || 'best';
  return (
    <form
      class="panel stage-choices"
      aria-label="What the array runs"
      onSubmit={(event) => event.preventDefault()}
    >
      <NetworkPicker net={net} onChange={(name) => choose({ net: name, layer: '', mapping: '' })} />
      <div class="fields">
        <SelectField
          label="Layer"
          value={shown}
          options={options.map((name) => [name, name] as const)}
          onChange={(layer) => choose({ layer, mapping: '' })}
        />
        <TextField
          label="Batch"
          unit="images"
          field={ARRAY_FIELDS.batch}
          value={state.batch}
          onChange={(batch) => choose({ batch })}
        />
        <TextField
          label="Seed"
          unit="of the words"
          field={ARRAY_FIELDS.seed}
          value={state.seed}
          onChange={(seed) => set({ seed })}
        />
        <SelectField
          label="Mapping"
          value={origin}
          options={[
            ...(opened?.isPublished || origin === 'published' ? [['published', 'published'] as const] : []),
            ['best', 'least energy'] as const,
            ['letters', 'by hand'] as const,
          ]}
          onChange={(wanted) => choose({ mapping: wanted === 'letters' ? (opened?.letters ?? '') : wanted })}
        />
        <TextField
          label="Its letters"
          hint={opened?.note ?? 'm=64,n=1,…: a change makes it one by hand.'}
          numeric={false}
          field={ARRAY_FIELDS.mapping}
          value={isByHand ? mapping : (opened?.letters ?? mapping)}
          onChange={(letters) => choose({ mapping: letters })}
        />
      </div>
    </form>
  );
}
