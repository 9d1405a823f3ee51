/** What is to be seen, for someone who has read no paper. */
export const Explained = () => (
  <details class="explain">
    <summary>What is a set, why does a row stay, and what are the diagonals?</summary>
    <p>
      <b>A set.</b> To slide a filter of R rows over an image takes R PEs for one row of the result: each
      takes one row of the filter and one row of the image, and their sums are added up. Next to them stand R
      PEs for the next row of the result, and so on: R rows of PEs and as many columns as there are rows of
      the result in a strip are a set. What does not fill the array is filled with more sets, for other
      filters or for other channels.
    </p>
    <p>
      <b>Along a row of the array</b> all PEs of a set have the same filter row. It is loaded once at the
      beginning of a pass and stays in the PE's own memory, its scratchpad: that is why it is called row
      stationary. <b>On the diagonals</b> are the PEs that need the same row of the image: for the result one
      row further down, the filter is one row further down. One word on the network serves all of them at
      once. <b>Up the columns</b> go the psums, the partial sums: each PE adds its own to that of the PE
      below, and the topmost hands the sum to the global buffer (GLB).
    </p>
    <p>
      <b>A pass</b> is what the array does between two loads of filters: some filters, some channels and a
      strip of the image. A layer takes many. At the beginning of a pass the PEs stand still while filters are
      loaded; then they wait until the first words of the image have come, and later some wait for image words
      or for a psum to leave. The words are drawn at random, with as many zeros as were measured on the chip;
      a zero switches the multiplier off, which saves energy but no time.
    </p>
  </details>
);
