import type { Fmap, RunResult } from '../run/result.ts';
import { dataUri, gzipped } from './data-uri.ts';
import { GALLERY_STYLE, gallery } from './gallery.ts';
import { html, type Markup } from './markup.ts';
import { chartFigure, page, reasons, sheetTable } from './page.ts';
import { renderSvg } from './render.ts';
import { runChart } from './run-chart.ts';
import { classesSentence, hostNotes, layerNotes, noiseNotes, totalFacts } from './run-notes.ts';
import { classesSheet, layerSheets, runHeading } from './run-sheets.ts';

/** What a page of a run shows beside its result. */
export interface RunHtmlOptions {
  /** What the layers made of the first image. */
  readonly fmaps: readonly Fmap[];
  /** What went into the network, of the same image. */
  readonly inputs?: readonly Fmap[] | undefined;
  /** A trace of the array, as text in the Trace Event Format. */
  readonly trace?: string | undefined;
}

/** A run as one page that needs nothing else: chart, feature maps, tables, classes, and the result itself as JSON. */
export async function runHtml(
  result: RunResult,
  { fmaps, inputs = [], trace }: RunHtmlOptions,
): Promise<string> {
  const chart = await renderSvg(runChart(result));
  const [name, ...facts] = runHeading(result);
  const [layers, traffic, noise] = layerSheets(result);
  const classes = classesSheet(result);
  return page({
    title: `${name} on ${result.chip}`,
    name: name!,
    facts,
    style: TOTALS_STYLE + GALLERY_STYLE,
    main: [
      html`<p>${introduction(result)}</p>`,
      totals(result),
      chartFigure(
        chart,
        'Energy of each layer by level, its time on the array and on the link to the DRAM, and its signal-to-noise ratio: the further to the right, the nearer to the float network.',
      ),
      gallery(inputs, fmaps),
      sheetTable(layers!),
      sheetTable(traffic!),
      sheetTable(noise!),
      sentences(noiseNotes(result)),
      classes && sheetTable(classes),
      sentences([classesSentence(result) ?? ''].filter(Boolean)),
      sentences(hostNotes(result)),
      sentences(layerNotes(result)),
      trace === undefined ? undefined : await traceLink(trace),
    ],
    result,
  });
}

const TOTALS_STYLE = `
.totals { display: flex; flex-wrap: wrap; gap: 0.75rem 2.25rem; margin: 1.75rem 0; }
.totals dt { color: var(--quiet); font-size: 0.875rem; }
.totals dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
`;

function introduction({ network, images, chip, layers }: RunResult): string {
  const on = images === 1 ? 'one image' : `${images} images`;
  const parts = layers.length === 1 ? 'one layer' : `${layers.length} layers`;
  return [
    `What ${network} made of ${on}: ${parts} ran on the simulated chip ${chip} in words of 16 bits, everything else on the host.`,
    'Beside time and energy of each layer stands how far its result is from the same network in floating point, and why.',
  ].join(' ');
}

const totals = (result: RunResult): Markup => html`<dl class="totals">
${totalFacts(result).map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>`;

const sentences = (texts: readonly string[]): Markup | undefined =>
  reasons(texts.map((text) => html`${text}`));

const traceLink = async (trace: string): Promise<Markup> =>
  html`<p><a download="trace.json.gz" href="${dataUri('application/gzip', await gzipped(trace))}">Trace of the array</a>: save it, open ui.perfetto.dev and drop it there to see what buses and PEs did in each cycle.</p>`;
