import type { TopLevelSpec } from 'vega-lite';

const STYLE = {
  font: 'Helvetica Neue, Helvetica, Arial, sans-serif',
  view: { stroke: null },
  title: {
    anchor: 'start',
    fontSize: 12,
    fontWeight: 'bold',
    color: '#222',
    subtitleColor: '#595959',
    offset: 10,
  },
  axis: { labelColor: '#333', titleColor: '#333', titleFontWeight: 'normal', titlePadding: 8 },
  axisX: { ticks: false, domainColor: '#888', labelPadding: 5 },
  axisY: { gridColor: '#e6e6e6', domain: false, ticks: false, labelPadding: 5, tickCount: 5 },
  header: { labelFontSize: 10, labelFontWeight: 'bold', labelColor: '#333', labelPadding: 2 },
  legend: { labelColor: '#333', symbolType: 'square', symbolStrokeWidth: 0, rowPadding: 3 },
  text: { fontSize: 9, color: '#333' },
} as const satisfies TopLevelSpec['config'];

/** What every chart has around it. White, whatever is behind it, so that its colours keep their contrast. */
export const CHART_FRAME = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'white',
  padding: 12,
  config: STYLE,
} as const satisfies Partial<TopLevelSpec>;

/** A title that begins where the marks below it do. */
export const panelTitle = (text: string) => ({ text, anchor: 'start' as const, frame: 'group' as const });
