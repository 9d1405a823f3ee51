import { useRef, useState } from 'preact/hooks';
import type { LoopMapping } from '../../../src/loopnest/mapping.ts';
import { Export } from '../../parts/export.tsx';
import { Against, Broken } from './against.tsx';
import { ChosenPart } from './chosen-part.tsx';
import { clerk } from './desks.ts';
import { type Chosen, editsOf, type Hands } from './hands.ts';
import { Nest } from './nest.tsx';
import type { Searched, Shown } from './search.ts';
import type { Search } from './use-search.ts';

/** A nest, what it costs against the best, and the files of it. */
export function Result({
  shown,
  isByHand,
  search,
  change,
  toBest,
  undo,
}: {
  shown: Shown;
  isByHand: boolean;
  search: Search;
  /** None while what is shown is not that of the address. */
  change: ((mapping: LoopMapping) => void) | undefined;
  toBest: () => void;
  undo: (() => void) | undefined;
}) {
  const [chosen, setChosen] = useState<Chosen>();
  const [keyed, setKeyed] = useState(0);
  const keys = useRef(0);
  const choose = (one: Chosen, byKey = false) => {
    setChosen(one);
    setKeyed(byKey ? ++keys.current : 0);
  };
  const { drawing, nest, factors } = shown;
  const hands: Hands = { chosen, choose, keyed, edits: change && editsOf(shown, change, choose) };
  const [name, facts, sizes] = drawing.heading;
  const searched = !isByHand && search.isCurrent ? search.value : undefined;
  return (
    <>
      <h2>{name}</h2>
      <p class="facts" role="status">
        <strong>{facts}</strong>
        <br />
        <span class="quiet">{sizes}</span>
      </p>
      {isByHand && shown.against && <Against shown={shown} search={search} />}
      {isByHand && !shown.against && drawing.broken.length > 0 && <Broken sentences={drawing.broken} />}
      {drawing.padding && <p>{drawing.padding}</p>}
      <div class="row tools">
        <button type="button" disabled={!isByHand} onClick={toBest}>
          Back to the best
        </button>
        <button type="button" disabled={undo === undefined} onClick={undo}>
          Undo
        </button>
        <span class="quiet">Drag a loop by its name, or choose it and move it below the nest.</span>
      </div>
      <Nest shown={shown} hands={hands} />
      <ChosenPart shown={shown} hands={hands} hasChanged={isByHand} />
      <ul class="notes">
        {drawing.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <Export
        name={`${nest.problem.name}-${nest.architecture.name}`.replaceAll(/[^\w.-]+/g, '-')}
        forms={FORMS.map(([form, from]) => ({ form, make: () => fileOf(from, { nest, factors, searched }) }))}
      />
      <p class="quiet small">
        YAML is the mapping, which <code>rowhouse evaluate</code> takes; JSON is what{' '}
        <code>rowhouse {searched ? 'map' : 'evaluate'} --json</code> prints.
      </p>
    </>
  );
}

const FORMS = [
  ['SVG', 'SVG'],
  ['PNG', 'SVG'],
  ['CSV', 'CSV'],
  ['JSON', 'JSON'],
  ['YAML', 'YAML'],
] as const;

async function fileOf(
  form: (typeof FORMS)[number][1],
  question: Pick<Shown, 'nest' | 'factors'> & { readonly searched: Searched | undefined },
): Promise<string> {
  const answer = await clerk.ask((api) => api.saved(form, question));
  if (answer.is === 'result') return answer.value;
  throw new Error(answer.is === 'failed' ? answer.message : 'something else was asked meanwhile');
}
