import { useEffect, useRef, useState } from 'preact/hooks';
import type { LoopAddress, LoopPlace } from '../../../src/loopnest/edit.ts';
import type { Edits } from './hands.ts';

/** A loop that is dragged. */
export interface Dragging {
  readonly from: LoopAddress;
  readonly places: readonly LoopPlace[];
  /** Index of the place over which it is. */
  readonly over: number | undefined;
  /** Where the pointer is, in pixels of the window. */
  readonly x: number;
  readonly y: number;
}

/** Pixels beyond which a press is no click. */
const SLACK = 5;

/** Pixels from a place within which it is meant. */
const NEAR = 40;

/** Pixels from the edge of the window within which a drag scrolls it, and by how much. */
const [EDGE, SCROLL] = [50, 14];

export type DragProps = (from: LoopAddress) => { readonly onPointerDown: (event: PointerEvent) => void };

/** Loops that are dragged with a pointer to places, elements with `data-place` under `root`. */
export function useDrag(edits: Edits | undefined) {
  const root = useRef<HTMLDivElement>(null);
  const [dragging, setDragging] = useState<Dragging>();
  const stop = useRef(() => {});
  useEffect(() => () => stop.current(), []);

  const begin = (from: LoopAddress, start: PointerEvent) => {
    if (edits === undefined || start.button !== 0) return;
    let current: Dragging | undefined;
    const show = (next: Dragging | undefined) => {
      current = next;
      setDragging(next);
    };
    const move = ({ clientX: x, clientY: y }: PointerEvent) => {
      if (current === undefined && Math.hypot(x - start.clientX, y - start.clientY) < SLACK) return;
      const places = current?.places ?? edits.places(from);
      if (y < EDGE || y > innerHeight - EDGE) scrollBy(0, y < EDGE ? -SCROLL : SCROLL);
      show({ from, places, over: placeNear(root.current!, x, y), x, y });
    };
    const drop = () => {
      const dropped = current;
      stop.current();
      if (dropped === undefined) return;
      addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => removeEventListener('click', swallow, { capture: true }));
      if (dropped.over !== undefined) edits.move(from, dropped.places[dropped.over]!.to);
    };
    const key = ({ key: pressed }: KeyboardEvent) => {
      if (pressed === 'Escape') stop.current();
    };
    const cancel = () => stop.current();
    stop.current = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', drop);
      removeEventListener('pointercancel', cancel);
      removeEventListener('keydown', key);
      show(undefined);
      stop.current = () => {};
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', drop);
    addEventListener('pointercancel', cancel);
    addEventListener('keydown', key);
  };
  const props: DragProps = (from) => ({
    onPointerDown(event) {
      const isHandle = (event.target as Element).closest('.handle') !== null;
      // A finger elsewhere scrolls
      if (event.pointerType === 'mouse' || isHandle) begin(from, event);
    },
  });
  return { root, dragging, props };
}

/** A click that ends a drag is none. */
const swallow = (event: Event): void => {
  event.stopPropagation();
  event.preventDefault();
};

/** The place that is nearest to a point, if one is near. */
function placeNear(root: HTMLElement, x: number, y: number): number | undefined {
  const near = [...root.querySelectorAll<HTMLElement>('[data-place]')]
    .map((place) => {
      const { left, right, top, bottom } = place.getBoundingClientRect();
      const [dx, dy] = [Math.max(left - x, x - right, 0), Math.max(top - y, y - bottom, 0)];
      return { place: Number(place.dataset.place), distance: Math.hypot(dx, dy) };
    })
    .sort((a, b) => a.distance - b.distance);
  return near[0] !== undefined && near[0].distance <= NEAR ? near[0].place : undefined;
}
