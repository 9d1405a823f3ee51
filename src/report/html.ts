import type { AnalysisResult } from '../analysis/result.ts';
import { analysisSheets, footnote, heading } from './analysis-sheets.ts';
import { layersChart, networkChart } from './chart.ts';
import { MEASURES, obstacles } from './compare.ts';
import { listed } from './format.ts';
import { html, jsonScript, type Markup, trusted } from './markup.ts';
import { PAGE_STYLE } from './page-style.ts';
import { renderSvg } from './render.ts';
import type { Cell, Column, Row, Sheet } from './sheet.ts';

/** A result as one page that needs nothing else: charts, tables, reasons, and the result itself as JSON. */
export async function analysisHtml(result: AnalysisResult): Promise<string> {
  const network = trusted(await renderSvg(networkChart(result)));
  const layers = trusted(await renderSvg(layersChart(result)));
  const [name, ...facts] = heading(result);
  const [summary, ...details] = analysisSheets(result);
  const note = footnote(result);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name}: ${listed(result.results.map(({ dataflow }) => dataflow))}</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>${name}</h1>
<p class="facts">${facts.join(' · ')}</p>
</header>
<p>${introduction(result)}</p>
${chart(network, 'Energy of the whole network, per MAC.')}
${table(summary!)}
${why(result)}
${note === undefined ? undefined : html`<p class="note">${note}</p>`}
${chart(layers, 'Energy of each layer, per MAC. Layers of one type share a scale.')}
${details.map(table)}
</main>
${jsonScript('result', result)}
</body>
</html>
`.markup;
}

function introduction({ network, batch, objective, results }: AnalysisResult): string {
  const [only, ...others] = results;
  const who = others.length > 0 ? `${results.length} dataflows need` : `${only?.title} needs`;
  const images = batch === 1 ? 'one image' : `${batch} images`;
  return [
    `How much energy ${who} to run ${network} on ${images} at a time,`,
    `each layer in the mapping with the ${MEASURES[objective].goal}.`,
    'A bar is the energy of one MAC: at its foot what the arithmetic takes (ALU), above it what moving the data takes,',
    'divided by the level of storage that is read or written, or by the type of data that is moved.',
  ].join(' ');
}

const chart = (svg: Markup, caption: string): Markup => html`<figure>
<div class="card">${svg}</div>
<figcaption>${caption}</figcaption>
</figure>`;

/** Why what cannot run cannot. */
function why(result: AnalysisResult): Markup | undefined {
  const stopped = obstacles(result);
  if (stopped.length === 0) return undefined;
  const items = stopped.map(
    ({ dataflow, layers, message }) =>
      html`<li><b>${dataflow}</b> cannot run ${listed(layers)}: ${message}</li>`,
  );
  return html`<ul class="reasons">
${items}
</ul>`;
}

const table = ({
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
