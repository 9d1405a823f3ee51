import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PePlace } from './fields.ts';
import type { Scene } from './paint.ts';
import { describePe } from './pe-text.ts';

/** The PEs as a table of buttons over the picture: one is in the order of the Tab key, the arrow keys move between them. */
export function PeGrid({
  scene: { layout, shown },
  columns,
  selected,
  select,
  point,
}: {
  scene: Scene;
  columns: number;
  selected: number | undefined;
  select: (pe: PePlace | undefined) => void;
  point: (pe: number | undefined) => void;
}) {
  const { array, cell } = layout;
  const { pes } = shown.film;
  const [focused, setFocused] = useState(selected ?? 0);
  const grid = useRef<HTMLTableElement>(null);
  useEffect(() => {
    if (selected !== undefined) setFocused(selected);
  }, [selected]);

  const focus = (pe: number) => {
    setFocused(pe);
    grid.current?.querySelectorAll('button')[pe]?.focus();
  };
  const choose = (pe: number) =>
    select(pe === selected ? undefined : { row: Math.floor(pe / columns), column: pe % columns });
  const numberOf = (target: EventTarget | null): number | undefined => {
    const found = target instanceof HTMLElement ? target.dataset.pe : undefined;
    return found === undefined ? undefined : Number(found);
  };
  const move = (event: KeyboardEvent) => {
    const pe = numberOf(event.target);
    if (pe === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = targetOf(event.key, pe, columns, pes);
    if (to === undefined) return;
    event.preventDefault();
    focus(to);
  };

  const labels = useMemo(() => {
    const words = Array.from(
      { length: pes },
      (_, pe) => `PE ${Math.floor(pe / columns)}, ${pe % columns}: not in this pass`,
    );
    for (const one of shown.pes) {
      words[one.row * columns + one.column] = `PE ${one.row}, ${one.column}. ${describePe(one)}`;
    }
    return words;
  }, [shown, columns, pes]);
  const rows = useMemo(
    () =>
      Array.from({ length: pes / columns }, (_, row) => (
        <tr key={row} style={{ height: `${cell}px` }}>
          {Array.from({ length: columns }, (_, column) => {
            const pe = row * columns + column;
            return (
              <td key={column} style={{ height: `${cell}px` }}>
                <button
                  type="button"
                  data-pe={pe}
                  tabIndex={pe === focused ? 0 : -1}
                  aria-pressed={pe === selected}
                  aria-label={labels[pe]}
                />
              </td>
            );
          })}
        </tr>
      )),
    [labels, focused, selected, columns, pes, cell],
  );
  return (
    <table
      aria-label="PEs of the array"
      class="pe-grid"
      ref={grid}
      style={{ left: `${array.x}px`, top: `${array.y}px`, width: `${array.width}px` }}
      onKeyDown={move}
      onClick={({ target }) => {
        const pe = numberOf(target);
        if (pe === undefined) return;
        focus(pe);
        choose(pe);
      }}
      onPointerOver={({ target }) => point(numberOf(target))}
      onPointerLeave={() => point(undefined)}
      onFocusIn={({ target }) => point(numberOf(target))}
      onFocusOut={() => point(undefined)}
    >
      <tbody>{rows}</tbody>
    </table>
  );
}

/** Where a key leads from a PE; undefined if it leads nowhere. */
function targetOf(key: string, pe: number, columns: number, pes: number): number | undefined {
  const column = pe % columns;
  switch (key) {
    case 'ArrowRight':
      return column + 1 < columns ? pe + 1 : pe;
    case 'ArrowLeft':
      return column > 0 ? pe - 1 : pe;
    case 'ArrowDown':
      return pe + columns < pes ? pe + columns : pe;
    case 'ArrowUp':
      return pe >= columns ? pe - columns : pe;
    case 'Home':
      return pe - column;
    case 'End':
      return pe - column + columns - 1;
    default:
      return undefined;
  }
}
