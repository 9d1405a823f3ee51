import { useState } from 'preact/hooks';
import type { JourneyStop } from '../../../src/chip/journey.ts';
import type { PassEvent } from '../../../src/chip/journey-in-pass.ts';
import type { LayerWord } from '../../../src/chip/journey-stops.ts';
import { InputError } from '../../../src/input-error.ts';
import { SelectField, TextField } from '../../parts/fields.tsx';
import { Problems } from '../../parts/notice.tsx';
import type { Field } from '../../url/field.ts';
import type { Go } from './on-stage.tsx';
import type { Playhead } from './playhead.ts';
import type { Details, FollowedWord, Opened } from './questions.ts';
import { nameOf, numbersIn, numbersOf, STOP_NAMES, WORD_TYPES, type WordType, wordOf } from './words.ts';

/** Events that are told at a time: a psum has three for each of its MACs. */
const AT_A_TIME = 60;

/** Where the chosen word goes, and a way to choose one. */
export function Journey({
  opened,
  pass,
  word,
  details,
  link,
  set,
  playhead,
}: Go & {
  opened: Opened;
  pass: number;
  word: LayerWord | undefined;
  details: Details | undefined;
  playhead: Playhead;
}) {
  const followed = details?.followed;
  const [isOpen, setOpen] = useState(word !== undefined);
  return (
    <section class="journey" aria-labelledby="journey">
      <h2 id="journey">The journey of a word</h2>
      <details
        open={isOpen || word !== undefined}
        onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
      >
        <summary>Choose any weight, pixel or psum</summary>
        <Chooser key={word ? nameOf(word) : ''} word={word} set={set} />
      </details>
      {word !== undefined && followed && !followed.ok && (
        <Problems about="The layer has no such word." problems={followed.problems} />
      )}
      {word !== undefined && followed?.ok && (
        <>
          <p role="status">
            The <b>{nameOf(word)}</b>
            {followed.value.journey.isPadding && ', which is padding'}: its journey through all{' '}
            {count(followed.value.journey.passes)} passes of {opened.layer} takes{' '}
            <b data-energy={followed.value.journey.energy}>{count(followed.value.journey.energy)}</b> times
            the energy of a MAC. {holdersText(details?.holders.length ?? 0)}
          </p>
          <Stops followed={followed.value} pass={pass} link={link} />
          <Events
            key={`${nameOf(word)} ${pass}`}
            followed={followed.value}
            pass={pass}
            link={link}
            playhead={playhead}
          />
        </>
      )}
      {word === undefined && (
        <p class="quiet">
          Click a PE and a number in it, or choose a word here, to see all that becomes of it.
        </p>
      )}
    </section>
  );
}

const holdersText = (count: number): string =>
  count === 0
    ? 'No PE holds it in this cycle.'
    : count === 1
      ? 'One PE holds it in this cycle; it has a second frame in the picture.'
      : `${count} PEs hold it in this cycle; they have a second frame in the picture.`;

const integer: Field<number> = {
  fallback: 0,
  read(found) {
    if (/^-?\d{1,7}$/.test(found)) return Number(found);
    throw new InputError({ code: 'not-allowed', path: [], found, allowed: 'a whole number' });
  },
  write: String,
};

function Chooser({ word, set }: { word: LayerWord | undefined; set: Go['set'] }) {
  const [type, setType] = useState<WordType>(word?.type ?? 'weight');
  const [numbers, setNumbers] = useState<Readonly<Record<string, number>>>(word ? numbersIn(word) : {});
  return (
    <form
      class="chooser"
      aria-label="Choose a word"
      onSubmit={(event) => {
        event.preventDefault();
        set({ word: wordOf(type, numbers) });
      }}
    >
      <SelectField label="Type" value={type} options={WORD_TYPES} onChange={setType} />
      {numbersOf(type).map((name) => (
        <TextField
          key={name}
          label={name}
          field={integer}
          value={numbers[name] ?? 0}
          onChange={(value) => setNumbers({ ...numbers, [name]: value })}
        />
      ))}
      <div class="row">
        <button type="submit">Follow it</button>
        {word && (
          <button type="button" onClick={() => set({ word: undefined })}>
            Follow none
          </button>
        )}
      </div>
    </form>
  );
}

/** Where the word stops in the whole layer, and what that costs. */
function Stops({
  followed: { journey },
  pass,
  link,
}: {
  followed: FollowedWord;
  pass: number;
  link: Go['link'];
}) {
  return (
    <section class="scroll" aria-label="Stops of the word" tabIndex={0}>
      <table class="stops">
        <caption>
          In the whole layer{' '}
          <small class="quiet">energy in MACs; what costs nothing comes with another stop</small>
        </caption>
        <thead>
          <tr>
            <th scope="col">stop</th>
            <th scope="col">level</th>
            <th scope="col" class="right">
              times
            </th>
            <th scope="col" class="right">
              energy
            </th>
            <th scope="col" class="right">
              running total
            </th>
            <th scope="col">in passes</th>
          </tr>
        </thead>
        <tbody>
          {journey.stops.map((stop) => (
            <tr key={stop.stop} data-stop={stop.stop}>
              <th scope="row">{STOP_NAMES[stop.stop]}</th>
              <td>{LEVEL_NAMES[stop.level]}</td>
              <td class="right">{count(stop.times)}</td>
              <td class="right">{count(stop.energy)}</td>
              <td class="right">{count(stop.total)}</td>
              <td>
                <StopPasses passes={stop.passes} pass={pass} link={link} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const LEVEL_NAMES = { dram: 'DRAM', glb: 'GLB', array: 'array', rf: 'RF', alu: 'MAC' } as const;

const StopPasses = ({
  passes: { count: number, first, last },
  pass,
  link,
}: {
  passes: JourneyStop['passes'];
  pass: number;
  link: Go['link'];
}) => (
  <>
    <PassLink to={first} pass={pass} link={link} />
    {number > 1 && (
      <>
        {number > 2 ? ` … ${count(number)} passes … ` : ', '}
        <PassLink to={last} pass={pass} link={link} />
      </>
    )}
  </>
);

const PassLink = ({ to, pass, link }: { to: number; pass: number; link: Go['link'] }) =>
  to === pass ? <b>{to}</b> : <a href={link({ pass: to, cycle: 0 })}>{to}</a>;

/** What happens to the word in the pass that is shown. */
function Events({
  followed: { inPass, journey },
  pass,
  link,
  playhead,
}: {
  followed: FollowedWord;
  pass: number;
  link: Go['link'];
  playhead: Playhead;
}) {
  const [most, setMost] = useState(AT_A_TIME);
  if (inPass === undefined) {
    const first = journey.stops[0]?.passes.first;
    return (
      <p>
        Pass {pass} has nothing to do with it.{' '}
        {first !== undefined && (
          <a href={link({ pass: first, cycle: 0 })}>Go to pass {first}, where it first is.</a>
        )}
      </p>
    );
  }
  const { events, energy } = inPass;
  const told = events.slice(0, most);
  return (
    <section class="scroll events" aria-label="What happens to the word in this pass" tabIndex={0}>
      <table>
        <caption>
          In pass {pass}, cycle by cycle <small class="quiet">{count(energy)} in all</small>
        </caption>
        <thead>
          <tr>
            <th scope="col">cycle</th>
            <th scope="col">what happens</th>
            <th scope="col">in PEs</th>
            <th scope="col" class="right">
              energy
            </th>
          </tr>
        </thead>
        <tbody>
          {told.map((event, i) => (
            <tr key={i}>
              <td>
                <EventCycle event={event} cycles={inPass.cycles} link={link} playhead={playhead} />
              </td>
              <td>{STOP_NAMES[event.stop]}</td>
              <td>{event.pes.length === 0 ? '' : count(event.pes.length)}</td>
              <td class="right">{count(event.energy)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {events.length > told.length && (
        <button type="button" onClick={() => setMost(most + AT_A_TIME)}>
          Show more: there are {count(events.length)}
        </button>
      )}
    </section>
  );
}

function EventCycle({
  event: { cycle },
  cycles,
  link,
  playhead,
}: {
  event: PassEvent;
  cycles: number;
  link: Go['link'];
  playhead: Playhead;
}) {
  if (cycle < 0) return 'before';
  if (cycle >= cycles) return 'after';
  return (
    <a href={link({ cycle })} onClick={() => playhead.go(cycle)}>
      {count(cycle)}
    </a>
  );
}

const count = (value: number): string => value.toLocaleString('en-US');
