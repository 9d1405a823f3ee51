import { useEffect, useRef } from 'preact/hooks';
import type { TopLevelSpec } from 'vega-lite';
import { useDrawing, useTheme } from '../work/drawing.ts';
import { inItsFrame } from './frames.ts';

/** A chart, in the colours of the page. It scrolls by itself where the page is narrower. */
export function Chart({ chart, label }: { chart: TopLevelSpec | undefined; label: string }) {
  const svg = useDrawing(chart, useTheme());
  return <Svg svg={svg} label={label} />;
}

/** The text of an SVG as a picture that links in it work in. */
export function Svg({ svg, label }: { svg: string | undefined; label: string }) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    return svg === undefined ? undefined : inItsFrame(() => put(svg, card.current));
  }, [svg]);
  return (
    <section class={svg === undefined ? 'card waiting' : 'card'} ref={card} aria-label={label} tabIndex={0} />
  );
}

/**
 * Puts in a picture, and then shows its panels one by one: all at once would take the browser too long to lay out. The card may
 * be gone by now: what waits for a frame is given up only after the page has changed.
 */
function put(svg: string, card: HTMLElement | null): void {
  const { documentElement } = new DOMParser().parseFromString(svg, 'image/svg+xml');
  const panels = documentElement.querySelectorAll('.role-scope > g');
  for (const panel of panels) panel.setAttribute('display', 'none');
  card?.replaceChildren(documentElement);
  for (const panel of panels) inItsFrame(() => panel.removeAttribute('display'));
}
