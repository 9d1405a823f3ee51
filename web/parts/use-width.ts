import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Widths are followed in steps of so many pixels, so that charts are not drawn anew for each. */
const STEP = 60;

/** An element's width in pixels, rounded down to a step; undefined until it stands on the page. */
export function useWidth<E extends HTMLElement>(): readonly [RefObject<E | null>, number | undefined] {
  const element = useRef<E>(null);
  const [width, setWidth] = useState<number>();
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      setWidth(Math.max(STEP * 5, STEP * Math.floor(entry!.contentRect.width / STEP)));
    });
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
