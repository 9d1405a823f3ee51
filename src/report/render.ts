import type { TopLevelSpec } from 'vega-lite';

/** A chart as an SVG document. Vega is loaded when the first chart is drawn: it takes longer than all the rest. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  try {
    vega.resetSVGDefIds(); // The same chart is the same text, whatever was drawn before
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
