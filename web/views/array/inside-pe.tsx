import { isSameWord } from '../../../src/chip/journey-pe.ts';
import type { LayerWord } from '../../../src/chip/journey-stops.ts';
import type { PePlace } from './fields.ts';
import type { Go } from './on-stage.tsx';
import { describePe } from './pe-text.ts';
import type { Details, PeDetails } from './questions.ts';
import { WordLink } from './word-link.tsx';
import { nameOf } from './words.ts';

interface Linked {
  readonly followed: LayerWord | undefined;
  readonly link: Go['link'];
}

/** What is in the chosen PE at the end of the cycle. */
export function InsidePe({
  pe,
  details,
  close,
  ...linked
}: Linked & { pe: PePlace | undefined; details: Details | undefined; close: () => void }) {
  if (pe === undefined) return null;
  return (
    <section class="inside-pe" aria-labelledby="inside">
      <h2 id="inside">
        Inside the PE in row {pe.row}, column {pe.column}{' '}
        <button type="button" onClick={close}>
          Close
        </button>
      </h2>
      {details === undefined ? (
        <p class="quiet waiting">Looking inside …</p>
      ) : details.pe === undefined ? (
        <p>It has no work in this pass.</p>
      ) : (
        <Contents pe={details.pe} cycle={details.cycle} {...linked} />
      )}
    </section>
  );
}

function Contents({ pe, cycle, ...linked }: Linked & { pe: PeDetails; cycle: number }) {
  const { words, snapshot } = pe;
  return (
    <>
      <p>
        {describePe(words)} At the end of cycle {count(cycle)} it has begun {count(snapshot.macs)} MACs,{' '}
        {count(snapshot.gatedMacs)} of them with a zero. Every number is a word of the layer: follow it.
      </p>
      <Mac pe={pe} {...linked} />
      <Scratchpads pe={pe} {...linked} />
    </>
  );
}

/** The MAC that has begun in this cycle. */
function Mac({ pe: { snapshot, words, names }, ...linked }: Linked & { pe: PeDetails }) {
  const { mac, next } = snapshot;
  if (mac === null) {
    return (
      <p class="mac-now">
        No MAC begins in this cycle
        {next
          ? `; the next is for filter ${next.filter}, ofmap column ${next.ofmapColumn}`
          : ': it has done all'}
        .
      </p>
    );
  }
  const { image, filter, channel, filterColumn, ofmapColumn, ifmapColumn } = mac;
  const row = words.ofmapRow;
  const psum: LayerWord = { type: 'psum', image, filter, row, column: ofmapColumn };
  const pixel: LayerWord = { type: 'ifmap', image, channel, row: words.ifmapRow, column: ifmapColumn };
  const weight: LayerWord = {
    type: 'weight',
    filter,
    // Of its group, as those of the PE; the snapshot's count over all groups
    channel: channel - snapshot.task.channels.start + words.channels.start,
    row: words.filterRow,
    column: filterColumn,
  };
  const { contents } = snapshot;
  const psumNow = contents.psum[filter - words.filters.start];
  const weightNow = contents.filter[placeOf(names.filter, weight)];
  const isMax = names.filter.length === 0;
  return (
    <p class="mac-now">
      Now: psum{' '}
      <WordLink word={psum} {...linked}>
        {psumNow}
      </WordLink>{' '}
      {isMax ? '↦ max with ' : '+ '}
      <WordLink word={pixel} {...linked}>
        {mac.ifmap}
      </WordLink>
      {!isMax && (
        <>
          {' × '}
          <WordLink word={weight} {...linked}>
            {weightNow}
          </WordLink>
        </>
      )}
      .{' '}
      {mac.ifmap === 0
        ? 'The ifmap word is zero: the weight is not read, and the multiplier stays off.'
        : 'It is read now, multiplied in the next cycle, and added in the one after that.'}
    </p>
  );
}

const placeOf = (names: PeDetails['names']['filter'], word: LayerWord): number =>
  names.findIndex((name) => name !== undefined && isSameWord(name, word));

function Scratchpads({ pe, ...linked }: Linked & { pe: PeDetails }) {
  const { words, names, snapshot, finished } = pe;
  const { contents } = snapshot;
  const { fifos } = contents;
  return (
    <div class="scratchpads">
      <List title="ifmap scratchpad: the window" values={contents.ifmap} names={names.ifmap} {...linked} />
      <List
        title="psum scratchpad: one per filter"
        values={contents.psum}
        names={names.psum}
        note={(slot) => (finished.includes(words.filters.start + slot) ? 'done' : '')}
        {...linked}
      />
      <div class="fifos">
        <List title="FIFO of ifmap words" values={fifos.ifmapIn} names={names.fifos.ifmapIn} {...linked} />
        <List title="FIFO of psums in" values={fifos.psumIn} names={names.fifos.psumIn} {...linked} />
        <List title="FIFO of psums out" values={fifos.psumOut} names={names.fifos.psumOut} {...linked} />
      </div>
      {contents.filter.length > 0 && <Filters pe={pe} {...linked} />}
    </div>
  );
}

function List({
  title,
  values,
  names,
  note,
  ...linked
}: Linked & {
  title: string;
  values: Int16Array;
  names: readonly (LayerWord | undefined)[];
  note?: (place: number) => string;
}) {
  return (
    <section class="scroll" aria-label={title} tabIndex={0}>
      <table data-pad={title.split(':')[0]}>
        <caption>
          {title} <small class="quiet">{values.length === 0 && 'empty'}</small>
        </caption>
        <tbody>
          {[...values].map((value, place) => {
            const name = names[place];
            return (
              <tr key={place}>
                <th scope="row" class="quiet">
                  {name ? shortName(name) : 'not used again'} {note?.(place)}
                </th>
                <td class="right">
                  <WordLink word={name} {...linked}>
                    {value}
                  </WordLink>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The filter scratchpad: a line for each filter, a column for each filter column and channel. */
function Filters({ pe: { words, names, snapshot }, ...linked }: Linked & { pe: PeDetails }) {
  const { filter: values } = snapshot.contents;
  const inRow = words.channels.count * snapshot.task.filterColumns;
  const title = `filter scratchpad: row ${words.filterRow} of each filter`;
  const places = (row: number) =>
    Array.from({ length: inRow }, (_, i) => row * inRow + i).filter((place) => place < values.length);
  const rows = Array.from({ length: Math.ceil(values.length / inRow) }, (_, row) => row);
  return (
    <section class="scroll filters" aria-label={title} tabIndex={0}>
      <table data-pad="filter scratchpad">
        <caption>
          {title} <small class="quiet">columns as “column, channel”</small>
        </caption>
        <thead>
          <tr>
            <th scope="col">filter</th>
            {places(0).map((place) => (
              <th scope="col" class="right" key={place}>
                {columnName(names.filter[place])}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row">{words.filters.start + row}</th>
              {places(row).map((place) => (
                <td class="right" key={place}>
                  <WordLink word={names.filter[place]} {...linked}>
                    {values[place]}
                  </WordLink>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const columnName = (name: LayerWord | undefined): string =>
  name?.type === 'weight' ? `${name.column}, ${name.channel}` : '';

/** What is not the same for all words of a scratchpad. */
function shortName(word: LayerWord): string {
  switch (word.type) {
    case 'weight':
      return nameOf(word);
    case 'ifmap':
      return `channel ${word.channel}, column ${word.column}`;
    case 'psum':
      return `filter ${word.filter}, column ${word.column}`;
  }
}

const count = (value: number): string => value.toLocaleString('en-US');
