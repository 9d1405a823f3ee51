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

/** On a dark page: behind all, and from what is most to what is least to be seen. */
const DARK = {
  paper: '#16191d',
  black: '#ffffff',
  title: '#e8eaee',
  text: '#d3d7dd',
  quiet: '#a3abb6',
  line: '#7b838e',
  grid: '#2f353c',
} as const;

/** What stands there for white, black and the greys of {@link CHART_FRAME} and of marks; data keep their colours. */
const ON_DARK: ReadonlyMap<string, string> = new Map([
  ['white', DARK.paper],
  ['#000000', DARK.black],
  ['#222', DARK.title],
  ['#333', DARK.text],
  ['#595959', DARK.quiet],
  ['#888', DARK.line],
  ['#e6e6e6', DARK.grid],
  ['#ececec', DARK.grid],
]);

/** What Vega makes black or light where nothing else is said. */
const DARK_DEFAULTS = {
  title: { color: DARK.title, subtitleColor: DARK.quiet },
  axis: { labelColor: DARK.text, titleColor: DARK.text, tickColor: DARK.line, gridColor: DARK.grid },
  header: { labelColor: DARK.text, titleColor: DARK.text },
  legend: { labelColor: DARK.text, titleColor: DARK.text },
  text: { color: DARK.text },
  rule: { color: DARK.text },
} as const satisfies TopLevelSpec['config'];

/** The same chart for a dark page. */
export function darkChart(spec: TopLevelSpec): TopLevelSpec {
  const { config = {}, ...chart } = onDark(spec) as TopLevelSpec;
  const parts = Object.entries(DARK_DEFAULTS) as [keyof typeof DARK_DEFAULTS, object][];
  const looks = parts.map(([part, look]) => [part, { ...look, ...config[part] }]);
  return { background: DARK.paper, ...chart, config: { ...config, ...Object.fromEntries(looks) } };
}

/** Viridis without its dark end. */
const LIGHT_VIRIDIS = { name: 'viridis', extent: [0.35, 1] } as const;

/** Keys whose values are colours: a name or a text that says `white` is none. */
const IS_COLOR = /^(fill|stroke|background|range|.*color)$/i;

function onDark(part: unknown, key = ''): unknown {
  if (key === 'scheme' && part === LIGHT_VIRIDIS.name) return LIGHT_VIRIDIS;
  if (typeof part === 'string') return IS_COLOR.test(key) ? (ON_DARK.get(part) ?? part) : part;
  if (typeof part !== 'object' || part === null || key === 'data') return part;
  if (Array.isArray(part)) return part.map((one) => onDark(one, key));
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, onDark(value, name)]));
}
