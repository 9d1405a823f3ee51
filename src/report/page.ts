import { html, jsonScript, type Markup, trusted } from './markup.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { Cell, Column, Row, Sheet } from './sheet.ts';

/** What a page of results shows. */
export interface Page {
  /** In the tab of the browser. */
  readonly title: string;
  /** At the head of the page. */
  readonly name: string;
  /** What stands below it, in one line. */
  readonly facts: readonly string[];
  readonly main: readonly (Markup | undefined)[];
  /** All of it, for scripts. */
  readonly result: object;
  /** Beyond the style that all pages have. */
  readonly style?: string;
}

/** A page that needs nothing else, and holds the result itself as JSON. */
export const page = ({ title, name, facts, main, result, style = '' }: Page): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(PAGE_STYLE + style)}</style>
</head>
<body>
<main>
<header>
<h1>${name}</h1>
<p class="facts">${facts.join(' · ')}</p>
</header>
${main.filter((part) => part !== undefined)}
</main>
${jsonScript('result', result)}
</body>
</html>
`.markup;

/** A chart and what it shows. */
export const chartFigure = (svg: string, caption: string): Markup => html`<figure>
<div class="card">${trusted(svg)}</div>
<figcaption>${caption}</figcaption>
</figure>`;

/** A sheet as a table that scrolls sideways where the page is too narrow. */
export const sheetTable = ({
  title,
  note,
  columns,
  rows,
  foot,
}: Sheet): Markup => html`<div class="scroll" tabindex="0" role="region" aria-label="${title}">
<table>
<caption>${title} <small>${note}</small></caption>
<thead><tr>${columns.map(headerCell)}</tr></thead>
<tbody>
${rows.map((row) => tableRow(row, columns))}
</tbody>
${foot && html`<tfoot>${tableRow(foot, columns)}</tfoot>`}
</table>
</div>`;

/** Sentences one below the other. */
export const reasons = (items: readonly Markup[]): Markup | undefined =>
  items.length === 0
    ? undefined
    : html`<ul class="reasons">
${items.map((item) => html`<li>${item}</li>`)}
</ul>`;

const headerCell = ({ name, unit, align }: Column): Markup =>
  name === ''
    ? html`<td></td>`
    : html`<th scope="col" class="${align}">${name}${unit && html` <small>${unit}</small>`}</th>`;

const tableRow = (row: Row, columns: readonly Column[]): Markup =>
  html`<tr>${row.map((cell, c) =>
    c === 0
      ? html`<th scope="row">${cell.text}</th>`
      : html`<td class="${columns[c]!.align} ${cell.look ?? ''}">${content(cell)}</td>`,
  )}</tr>`;

/** The star hangs out of its cell, so that digits stay below digits. */
const content = ({ text, look }: Cell): Markup =>
  look === 'best' ? html`${text}<span class="star">*</span>` : html`${text}`;
