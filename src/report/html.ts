import type { AnalysisResult } from '../analysis/result.ts';
import { analysisSheets, footnote, heading } from './analysis-sheets.ts';
import { layersChart, networkChart } from './chart.ts';
import { MEASURES, obstacles } from './compare.ts';
import { listed } from './format.ts';
import { html, type Markup } from './markup.ts';
import { chartFigure, page, reasons, sheetTable } from './page.ts';
import { renderSvg } from './render.ts';

/** A result as one page that needs nothing else: charts, tables, reasons, and the result itself as JSON. */
export async function analysisHtml(result: AnalysisResult): Promise<string> {
  const network = await renderSvg(networkChart(result));
  const layers = await renderSvg(layersChart(result));
  const [name, ...facts] = heading(result);
  const [summary, ...details] = analysisSheets(result);
  const note = footnote(result);
  return page({
    title: `${name}: ${listed(result.results.map(({ dataflow }) => dataflow))}`,
    name: name!,
    facts,
    main: [
      html`<p>${introduction(result)}</p>`,
      chartFigure(network, 'Energy of the whole network, per MAC.'),
      sheetTable(summary!),
      why(result),
      note === undefined ? undefined : html`<p class="note">${note}</p>`,
      chartFigure(layers, 'Energy of each layer, per MAC. Layers of one type share a scale.'),
      ...details.map(sheetTable),
    ],
    result,
  });
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

/** Why what cannot run cannot. */
const why = (result: AnalysisResult): Markup | undefined =>
  reasons(
    obstacles(result).map(
      ({ dataflow, layers, message }) => html`<b>${dataflow}</b> cannot run ${listed(layers)}: ${message}`,
    ),
  );
