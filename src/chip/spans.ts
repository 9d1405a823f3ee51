/** Consecutive items of a whole: channels, filters, rows, columns, images. */
export interface Span {
  readonly start: number;
  readonly count: number;
}

/** Cuts a span into spans of `size`; the last may be smaller. */
export const spansOf = ({ start, count }: Span, size: number): Span[] =>
  Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    start: start + i * size,
    count: Math.min(size, count - i * size),
  }));

/** Shares items out to so many takers as evenly as can be; the first takers get one more where it does not come out even. */
export const shareOut = (items: number, takers: number): number[] =>
  Array.from({ length: takers }, (_, i) => Math.floor(items / takers) + (i < items % takers ? 1 : 0));

/** The span of each taker's share. */
export function sharesOf({ start, count }: Span, takers: number): Span[] {
  let next = start;
  return shareOut(count, takers).map((share) => {
    const span = { start: next, count: share };
    next += share;
    return span;
  });
}
