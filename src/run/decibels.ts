/** Sums of squares: of what should be, and of how far what is differs from it. They add up. */
export interface Deviation {
  readonly signal: number;
  readonly noise: number;
}

export const NO_DEVIATION: Deviation = { signal: 0, noise: 0 };

export const addDeviations = (a: Deviation, b: Deviation): Deviation => ({
  signal: a.signal + b.signal,
  noise: a.noise + b.noise,
});

/** Less is told as this: noise where nothing should be. */
const LEAST_DB = -100;

/** Signal to noise, in dB; null where there is no noise. */
export function decibels({ signal, noise }: Deviation): number | null {
  if (noise === 0) return null;
  return signal === 0 ? LEAST_DB : Math.max(LEAST_DB, 10 * Math.log10(signal / noise));
}

/** How far words are from numbers, of which the negative ones count as 0 where there is a ReLU. */
export function deviation(
  words: Int16Array,
  fractionBits: number,
  expected: ArrayLike<number>,
  relu: boolean,
): Deviation {
  const scale = 2 ** -fractionBits;
  let [signal, noise] = [0, 0];
  for (let i = 0; i < words.length; i++) {
    const number = expected[i]!;
    const wanted = relu && number < 0 ? 0 : number;
    const off = words[i]! * scale - wanted;
    signal += wanted * wanted;
    noise += off * off;
  }
  return { signal, noise };
}
