import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type LoopAddress, partsOf } from '../../../src/loopnest/edit.ts';
import { TENSORS } from '../../../src/loopnest/problem.ts';
import type { DrawnLoop } from '../../../src/report/nest-drawing.ts';
import { TENSOR_COLORS } from '../../../src/report/nest-marks.ts';
import { SelectField } from '../../parts/fields.tsx';
import type { Edits, Hands } from './hands.ts';
import type { Shown } from './search.ts';

/** What there is to know of the part of the nest that was chosen; a loop can be moved here. */
export function ChosenPart({
  shown,
  hands,
  hasChanged,
}: {
  shown: Shown;
  hands: Hands;
  /** Whether it is another nest than the best. */
  hasChanged: boolean;
}) {
  const { chosen, edits } = hands;
  const { levels } = shown.drawing;
  const loop = chosen?.is === 'loop' ? loopAt(shown, chosen.at) : undefined;
  const level = chosen && chosen.is !== 'loop' ? levels[chosen.level] : undefined;
  const tensors = level?.tensors[(chosen as { tensor: 'weights' }).tensor];
  const sentence = chosen?.is === 'arrow' ? tensors?.arrow?.says : tensors?.says;
  return (
    <section class="chosen-part panel" aria-label="What was chosen">
      {shown.against && hasChanged && <p class="in-short">{shown.against.says}</p>}
      <div aria-live="polite">
        {chosen === undefined && (
          <p class="quiet">Choose a loop, a tile or an arrow to be told what it means here.</p>
        )}
        {level && sentence && <p>{sentence}</p>}
        {loop && chosen?.is === 'loop' && (
          <>
            <p>
              <code>{loop.text}</code> at {levels[loop.address.level]!.name}
            </p>
            {TENSORS.filter((tensor) => chosen.tensor === undefined || chosen.tensor === tensor).map(
              (tensor) => (
                <p key={tensor} class="says" style={{ '--tensor': TENSOR_COLORS[tensor] }}>
                  <i class="swatch" /> <b>{tensor}</b> {loop.tensors[tensor].says}
                </p>
              ),
            )}
          </>
        )}
      </div>
      {loop && edits && <Move loop={loop} edits={edits} keyed={hands.keyed} />}
    </section>
  );
}

function loopAt({ drawing }: Shown, { level, kind, at }: LoopAddress): DrawnLoop | undefined {
  return drawing.levels[level]?.loops.find(({ address }) => address.kind === kind && address.at === at);
}

/** A loop moved without a pointer: as a whole or a part of its steps. */
function Move({
  loop: { address, factor },
  edits,
  keyed,
}: {
  loop: DrawnLoop;
  edits: Edits;
  keyed: Hands['keyed'];
}) {
  const [part, setPart] = useState(factor);
  const [wanted, setWanted] = useState('');
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    setPart(factor);
    setWanted('');
    const isByKey = keyed > 0 || form.current!.contains(document.activeElement);
    // The button that moved it is disabled now, and would lose the focus to nothing
    if (isByKey) form.current!.querySelector('select')!.focus();
  }, [JSON.stringify(address), factor, keyed]);
  const places = edits.places(address).filter(({ splits }) => splits || part === factor);
  const chosen = places.find((_, i) => String(i) === wanted);
  return (
    <form
      class="move"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen) edits.move(address, chosen.to, part === factor ? undefined : part);
      }}
    >
      {partsOf(factor).length > 1 && (
        <SelectField
          label="Steps to move"
          value={String(part)}
          options={partsOf(factor)
            .toReversed()
            .map((one) => [String(one), one === factor ? `all ${one}` : `${one} of ${factor}`] as const)}
          onChange={(value) => {
            setPart(Number(value));
            setWanted('');
          }}
        />
      )}
      <SelectField
        label="Move to"
        value={wanted}
        options={[
          ['', 'choose a place'],
          ...places.map(({ level, label }, i) => [String(i), `${level}, ${label}`] as const),
        ]}
        onChange={setWanted}
      />
      <button type="submit" class="main" disabled={chosen === undefined}>
        Move it
      </button>
    </form>
  );
}
