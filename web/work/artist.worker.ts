import * as Comlink from 'comlink';
import type { TopLevelSpec } from 'vega-lite';
import { darkChart } from '../../src/report/chart-style.ts';

import { renderSvg } from '../../src/report/render.ts';

export type Theme = 'light' | 'dark';

/** Draws charts, which takes Vega longer than a page may stand still. */
const ARTIST = {
  draw: (chart: TopLevelSpec, theme: Theme): Promise<string> =>
    renderSvg(theme === 'dark' ? darkChart(chart) : chart),
};

export type Artist = typeof ARTIST;

Comlink.expose(ARTIST);
