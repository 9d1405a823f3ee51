import type { ComponentChildren } from 'preact';
import type { Cell, Column, Row, Sheet } from '../../src/report/sheet.ts';
import { useGrowing } from './use-growing.ts';

/** A sheet of a report as a table, which scrolls by itself where the page is narrower. */
export function SheetTable({
  sheet,
  link,
}: {
  sheet: Sheet;
  /** Where a cell leads, by row and column; undefined where nowhere. */
  link?: (row: number, column: number) => string | undefined;
}) {
  const { title, note, columns, rows, foot } = sheet;
  const shown = useGrowing(sheet, rows.length);
  return (
    <section class="scroll" aria-label={title} aria-busy={shown < rows.length} tabIndex={0}>
      <table>
        <caption>
          {title} <small class="quiet">{note}</small>
        </caption>
        <thead>
          <tr>
            {columns.map(({ name, unit, align }, c) => (
              <th key={c} scope="col" class={align}>
                {name}
                {unit && <small class="quiet unit">{unit}</small>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row, r) => (
            <tr key={r}>
              <Cells row={row} columns={columns} link={(column) => link?.(r, column)} />
            </tr>
          ))}
        </tbody>
        {foot && (
          <tfoot>
            <tr>
              <Cells row={foot} columns={columns} link={() => undefined} />
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}

function Cells({
  row,
  columns,
  link,
}: {
  row: Row;
  columns: readonly Column[];
  link: (column: number) => string | undefined;
}) {
  return row.map((cell, c) =>
    c === 0 ? (
      <th key={c} scope="row" class={columns[c]!.align}>
        <Linked address={link(c)}>{shown(cell)}</Linked>
      </th>
    ) : (
      <td key={c} class={columns[c]!.align}>
        <Linked address={link(c)}>{shown(cell)}</Linked>
      </td>
    ),
  );
}

const shown = ({ text, look }: Cell): ComponentChildren => {
  if (look === 'none') return <span class="quiet">{text}</span>;
  return look === 'best' ? (
    <span class="best">
      {text}
      <span class="star">*</span>
    </span>
  ) : (
    text
  );
};

const Linked = ({ address, children }: { address: string | undefined; children: ComponentChildren }) =>
  address === undefined ? children : <a href={address}>{children}</a>;
