import * as Comlink from 'comlink';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TopLevelSpec } from 'vega-lite';
import type { Artist, Theme } from './artist.worker.ts';

let artist: Comlink.Remote<Artist> | undefined;

/** A chart as the text of an SVG, drawn in a worker that is opened for the first. */
export function drawChart(chart: TopLevelSpec, theme: Theme): Promise<string> {
  artist ??= Comlink.wrap<Artist>(
    new Worker(new URL('./artist.worker.ts', import.meta.url), { type: 'module', name: 'artist' }),
  );
  return artist.draw(chart, theme);
}

/** A chart as it is asked for now, or as it was until that is drawn; of several asked for meanwhile, the last is drawn next. */
export function useDrawing(chart: TopLevelSpec | undefined, theme: Theme): string | undefined {
  const [svg, setSvg] = useState<string>();
  const wanted = useRef<TopLevelSpec | undefined>(undefined);
  const isDrawing = useRef(false);
  useEffect(() => {
    wanted.current = chart;
    const drawNext = async () => {
      if (isDrawing.current) return;
      isDrawing.current = true;
      while (wanted.current !== undefined) {
        const next = wanted.current;
        const drawn = await drawChart(next, theme);
        if (wanted.current === next) wanted.current = undefined;
        setSvg(drawn);
      }
      isDrawing.current = false;
    };
    void drawNext();
  }, [chart, theme]);
  return svg;
}

const DARK = '(prefers-color-scheme: dark)';

/** The theme that the system asks for. */
export function useTheme(): Theme {
  const [isDark, setDark] = useState(() => matchMedia(DARK).matches);
  useEffect(() => {
    const query = matchMedia(DARK);
    const follow = () => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return isDark ? 'dark' : 'light';
}
