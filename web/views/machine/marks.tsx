import type { DrawnEffect, DrawnWords } from '../../../src/report/nest-drawing.ts';

/** What a loop does to a tensor, as a mark: its form tells it, its colour is that of the tensor. */
export function EffectMark({ effect }: Pick<DrawnEffect, 'effect'>) {
  return (
    <svg class="mark" width="10" height="16" viewBox="0 0 10 16" aria-hidden="true">
      {effect === 'stays' && <rect x="1" width="8" height="16" class="full" />}
      {effect === 'slides' && (
        <>
          <rect x="1" y="2" width="8" height="12" class="pale" />
          <rect x="1" y="8" width="8" height="6" class="full" />
        </>
      )}
      {effect === 'new' && <path d="M1 4h8L5 12z" class="full" />}
      {effect === 'again' && <path d="M1 4h8L5 12z" class="hollow" />}
      {(effect === 'shared' || effect === 'added') && <rect x="1" y="3" width="8" height="10" class="full" />}
      {effect === 'partly' && (
        <>
          <rect x="1" y="3" width="8" height="10" class="pale" />
          <rect x="1" y="3" width="4" height="10" class="full" />
        </>
      )}
      {effect === 'split' && (
        <>
          <rect x="1" y="3" width="3.4" height="10" class="full" />
          <rect x="5.6" y="3" width="3.4" height="10" class="pale" />
        </>
      )}
    </svg>
  );
}

const LONG = 30;

/** Words that move, as an arrow: the wider, the more. */
export function Arrow({ width, isUp }: { width: DrawnWords['width']; isUp?: boolean }) {
  if (width === undefined) return null;
  const half = 1.5 + 7 * width;
  const wing = half + 3;
  const neck = LONG - Math.min(LONG / 2, 4 + half);
  const points = [
    [-half, 0],
    [half, 0],
    [half, neck],
    [wing, neck],
    [0, LONG],
    [-wing, neck],
    [-half, neck],
  ];
  return (
    <svg class="arrow" width="24" height={LONG} viewBox={`-12 0 24 ${LONG}`} aria-hidden="true">
      <polygon
        class="full"
        points={points.map((point) => point.join()).join(' ')}
        {...(isUp && { transform: `rotate(180 0 ${LONG / 2})` })}
      />
    </svg>
  );
}

/** A tensor that goes round a level. */
export const Round = () => (
  <svg class="mark" width="10" height="16" viewBox="0 0 10 16" aria-hidden="true">
    <path d="M5 0v16" class="dots" />
  </svg>
);

const SIDE = 56;

/** Cells that can be told apart. */
const MOST_CELLS = 40;

/** The grid below a level, and the part of it that the loops use; what is too wide hangs over. */
export function Grid({
  grid: { x, y, usedX, usedY },
}: {
  grid: { readonly x: number; readonly y: number; readonly usedX: number; readonly usedY: number };
}) {
  const [columns, rows] = [Math.max(x, usedX), Math.max(y, usedY)];
  const cell = SIDE / Math.max(columns, rows);
  const box = (across: number, down: number) => ({
    width: Math.max(3, across * cell),
    height: Math.max(3, down * cell),
  });
  const fits = usedX <= x && usedY <= y;
  const isFine = Math.max(columns, rows) > MOST_CELLS;
  const ticks = (count: number) => Array.from({ length: count - 1 }, (_, i) => (i + 1) * cell);
  return (
    <svg class="grid" {...box(columns, rows)} aria-hidden="true">
      <rect {...box(columns, rows)} class="idle" />
      {!fits && <rect {...box(usedX, usedY)} class="over" />}
      <rect {...box(Math.min(x, usedX), Math.min(y, usedY))} class="used" />
      {!isFine && (
        <path
          class="lines"
          d={[
            ...ticks(columns).map((at) => `M${at} 0V${rows * cell}`),
            ...ticks(rows).map((at) => `M0 ${at}H${columns * cell}`),
          ].join('')}
        />
      )}
    </svg>
  );
}
