import type { TopLevelSpec } from 'vega-lite';

/**
 * A chart as an SVG document. Vega is loaded when the first chart is drawn: it takes longer than all the rest.
 *
 * The chart's expressions are interpreted, not compiled, and nothing in it needs a style sheet: it is drawn, and may be put
 * into a page, under a Content-Security-Policy without `unsafe-eval` and `unsafe-inline`.
 */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, { compile }, { expressionInterpreter }] = await Promise.all([
    import('vega'),
    import('vega-lite'),
    import('vega-interpreter'),
  ]);
  const dataflow = vega.parse(compile(spec).spec, undefined, { ast: true });
  const view = new vega.View(dataflow, { renderer: 'none', expr: expressionInterpreter });
  try {
    vega.resetSVGDefIds(); // The same chart is the same text, whatever was drawn before
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
