/** Something that the paper says, held against what comes out. */
export interface Statement {
  /** The figure that it stands with: `12`. */
  readonly figure: string;
  readonly says: string;
  readonly found: string;
  readonly holds: boolean;
}

/**
 * True if a value, rounded to the digits that the paper prints, is what it prints. Zeros that end a whole number are no
 * digits: `80` is anything that rounds to 8 tens.
 */
export function printsAs(value: number, printed: string): boolean {
  const decimals = /\.(\d+)$/.exec(printed)?.[1]?.length ?? -(/[1-9](0*)$/.exec(printed)?.[1]?.length ?? 0);
  const digits = (number: number) => Math.round(number * 10 ** decimals);
  return digits(value) === digits(Number(printed));
}
