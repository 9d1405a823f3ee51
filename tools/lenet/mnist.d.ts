/** The package `mnist` has no types of its own: what is used of it. */
declare module 'mnist' {
  /** By class: digits of 28 × 28 pixels one after another, from 0 to 1 with three places. */
  const digits: readonly { readonly raw: readonly number[]; readonly length: number }[];
  export default digits;
}
