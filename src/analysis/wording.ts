/** A whole number, rounded up so that it is enough: `61,440`. */
export const whole = (value: number): string => Math.ceil(value).toLocaleString('en-US');

/** So many of something, whose unit is given in the plural: `1 word`, `61,440 words`, `3 rows of PEs`. */
export const counted = (count: number, unit: string): string =>
  `${whole(count)} ${count === 1 ? unit.replace(/s\b/, '') : unit}`;

/** Three digits: 0.0123, 4.20, 1,234. */
export const threeDigits = (value: number): string => (value < 100 ? value.toPrecision(3) : whole(value));
