import { useId, useState } from 'preact/hooks';
import type { Problem } from '../../src/input-error.ts';
import { BUILTIN_NETWORKS } from '../../src/layer/builtin.ts';
import { SelectField } from '../parts/fields.tsx';
import { Note, Problems } from '../parts/notice.tsx';
import { useDropped } from './dropped.tsx';

/** A built-in network, or one from a file: chosen here, or dropped anywhere on the page. */
export function NetworkPicker({ net, onChange }: { net: string; onChange: (net: string) => void }) {
  const { dropped, names, open } = useDropped();
  const id = useId();
  const own = new Map(names);
  if (net.startsWith('~') && !own.has(net)) own.set(net, 'the network in the link');
  const options = [
    ...BUILTIN_NETWORKS.map((name) => [name, name] as const),
    ...[...own].map(([ref, name]) => [ref, name] as const),
  ];
  return (
    <div class="network">
      <SelectField label="Network" value={net} options={options} onChange={onChange} />
      <div class="field">
        <label for={id}>
          Your own <small>ONNX, YAML, Timeloop, SCALE-Sim or MAESTRO</small>
        </label>
        <input
          id={id}
          type="file"
          multiple
          onChange={({ currentTarget }) => {
            open([...(currentTarget.files ?? [])]);
            currentTarget.value = '';
          }}
        />
        <small class="hint">Or drop it on the page. It is read here and sent nowhere.</small>
      </div>
      {dropped.is === 'reading' && <Note>Reading {dropped.name} …</Note>}
      {dropped.is === 'refused' && <Refused name={dropped.name} problems={dropped.problems} />}
      {dropped.is === 'read' && dropped.network.ref === net && (
        <Note>
          <p>
            {dropped.name}: {dropped.network.layers} layers.
          </p>
          {dropped.network.notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </Note>
      )}
    </div>
  );
}

/** Why a file was not read; where only sizes are missing, a place to give them. */
function Refused({ name, problems }: { name: string; problems: readonly Problem[] }) {
  const { again } = useDropped();
  const [shapes, setShapes] = useState('');
  const id = useId();
  const asksForShapes = problems.some(({ path }) => path[0] === 'shape');
  return (
    <>
      <Problems about={`${name} was not opened; what is shown is as before.`} problems={problems} />
      {asksForShapes && (
        <form
          class="field"
          onSubmit={(event) => {
            event.preventDefault();
            again(shapes.trim() === '' ? [] : [shapes]);
          }}
        >
          <label for={id}>
            Sizes of its inputs <small>x=1x3x224x224</small>
          </label>
          <input id={id} value={shapes} onInput={({ currentTarget }) => setShapes(currentTarget.value)} />
          <button type="submit">Open it with these sizes</button>
        </form>
      )}
    </>
  );
}
