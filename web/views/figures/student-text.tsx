/** For someone who has read no paper. */
export const StudentText = () => (
  <>
    <p class="lead">
      A chip for neural networks spends most of its energy on moving numbers, not on multiplying them. The
      Eyeriss paper (ISCA 2016) compares six ways to plan these moves. Here its experiments are run again,
      now, in your browser: each figure stands beside what the paper says of it, and whether that holds. Begin
      with Figure 12, the main result.
    </p>
    <details class="explain">
      <summary>What is compared, and what does “relative to RS” mean?</summary>
      <p>
        A convolution multiplies and adds millions of times; one multiply-accumulate is a MAC. The chip has an
        array of small processors, the PEs. A number comes from DRAM outside the chip, through a global buffer
        (GLB), perhaps over other PEs, to the register file (RF) of a PE. The farther it comes, the more
        energy it costs: an access to DRAM costs as much as 200 MACs. A <strong>dataflow</strong> is a plan of
        what stays near a PE to be used again:
      </p>
      <dl class="columns">
        {DATAFLOWS.map(([name, meaning]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p>
        All six get as many PEs and as much area for memory, and each uses it in its best way, which is found
        by an exact search. <strong>Relative to RS</strong> means that what RS needs counts as 1: a bar of 1.4
        needs 1.4 times the energy of RS, 40 % more. <strong>N</strong> is the batch, how many images are
        computed together. CONV layers are convolutions, FC layers are fully connected.
      </p>
      <p>
        A statement <strong>holds</strong> if what is computed here says the same as the paper, to the digits
        that it prints. Nothing is adjusted to make it so.
      </p>
    </details>
  </>
);

const DATAFLOWS = [
  [
    'RS',
    'Row stationary, which the paper proposes: a PE keeps a row of a filter, and rows of the image slide past.',
  ],
  ['WS', 'Weight stationary: a PE keeps one weight until nothing needs it any more.'],
  ['OSA', 'Output stationary: a PE adds up one output pixel to its end; the PEs work on one output channel.'],
  ['OSB', 'Output stationary, with several pixels of several output channels at a time.'],
  ['OSC', 'Output stationary, with one pixel of many output channels at a time.'],
  ['NLR', 'No local reuse: PEs keep nothing, so the GLB can be largest.'],
] as const;
