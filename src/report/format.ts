/** Text that does no harm in a terminal, in XML or to the reading direction: what could becomes �. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\p{Bidi_Control}]/gu, '\uFFFD');

/**
 * How to write these numbers one below the other: with three digits of the smallest, but five at most of the
 * largest.
 */
export function alike(values: readonly number[]): (value: number) => string {
  const magnitudes = values.filter((value) => value > 0).map((value) => Math.floor(Math.log10(value)));
  const wanted = Math.min(2 - Math.min(...magnitudes, 2), 4 - Math.max(...magnitudes, 0));
  const decimals = Math.max(0, wanted);
  const smallest = 10 ** -decimals;
  return (value) => {
    if (value === 0) return '0';
    return value < smallest / 2 ? `<${smallest.toFixed(decimals)}` : value.toFixed(decimals);
  };
}

/** Three digits of a number that stands by itself: 0.0123, 4.20, 12.3, 1234. */
export const threeDigits = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value === 0 ? '0' : value.toPrecision(3);

/** As many of three digits as say something: 0.0123, 4.2, 1. */
export const upToThreeDigits = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** 105415200 as `105M`, 3.86e9 as `3.86G`. */
export const inMillions = (value: number): string =>
  value < 1e15 ? compact.format(value).replace('K', 'k').replace('B', 'G') : powerOfTen(value);

/** 212 as it is, a space of mappings as `4.1e12`. */
export const howMany = (value: number): string => (value < 1e5 ? String(value) : powerOfTen(value));

const powerOfTen = (value: number): string => value.toExponential(1).replace('e+', 'e');

export const kilobytes = (bytes: number): string =>
  bytes < 10_240 ? String(Math.round(bytes / 102.4) / 10) : (bytes / 1024).toFixed(0);

/** A share of the whole in percent, to one decimal: less than everything does not read as everything. */
export const shareText = (percent: number): string =>
  percent < 100 ? Math.min(99.9, Math.floor(percent * 10) / 10).toFixed(1) : '100';

/** `m=96 n=1 e=55`: a mapping in the paper's letters. */
export const mappingText = (mapping: Readonly<Record<string, number>>): string =>
  Object.entries(mapping)
    .map(([parameter, value]) => `${parameter}=${value}`)
    .join(' ');

/** `A`, `A and B`, `A, B and C`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
