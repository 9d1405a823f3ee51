/** A global input network (GIN): one for each type of data. */
export interface MulticastConfig {
  /** Words that it delivers in a cycle, all to the same PEs. */
  readonly wordsPerCycle: number;
  /** Bits of the ID of an X-bus, one of which serves each row of PEs. */
  readonly rowIdBits: number;
  /** Bits of the ID that a PE has on its X-bus. */
  readonly columnIdBits: number;
}

/** JSSC 2017 (docs/chip.md, parts): one word of ifmap per cycle; rows on a diagonal are told apart by 5 bits. */
export const EYERISS_IFMAP_NETWORK: MulticastConfig = { wordsPerCycle: 1, rowIdBits: 4, columnIdBits: 5 };
/** JSSC 2017 (docs/chip.md, parts): four words of filter per cycle. */
export const EYERISS_FILTER_NETWORK: MulticastConfig = { wordsPerCycle: 4, rowIdBits: 4, columnIdBits: 4 };
/** JSSC 2017 (docs/chip.md, parts): four psums per cycle. */
export const EYERISS_PSUM_NETWORK: MulticastConfig = { wordsPerCycle: 4, rowIdBits: 4, columnIdBits: 4 };

/** What a word is labelled with. It goes to every PE whose IDs are these. */
export interface Tag {
  readonly row: number;
  readonly column: number;
}

/** The IDs that a layer's configuration gives to X-buses and PEs; null where nothing is to be received. */
export interface NetworkIds {
  /** One per X-bus. */
  readonly rows: readonly (number | null)[];
  /** One per PE, row by row. */
  readonly columns: readonly (number | null)[];
}

/** The PEs, numbered row by row, that take a word with this tag: each X-bus compares its ID, then each PE on it its own. */
export function destinations({ rows, columns }: NetworkIds, tag: Tag): number[] {
  const perRow = columns.length / rows.length;
  return rows.flatMap((rowId, row) => {
    if (rowId !== tag.row) return [];
    const onBus = Array.from({ length: perRow }, (_, column) => row * perRow + column);
    return onBus.filter((pe) => columns[pe] === tag.column);
  });
}
