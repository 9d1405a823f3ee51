import type { Statement } from '../../../src/paper/statement.ts';

/** What the paper says, what came out, and whether that is the same. */
export const Statements = ({ statements }: { statements: readonly Statement[] }) => (
  <ul class="statements">
    {statements.map(({ says, found, holds }) => (
      <li key={says} class={holds ? 'statement' : 'statement bad'}>
        <p class="mark-line">
          <Mark holds={holds} />
          <strong>{holds ? 'Holds' : 'Does not hold'}</strong>
        </p>
        <dl>
          <dt>The paper says</dt>
          <dd class="says">{says}</dd>
          <dt>Found here</dt>
          <dd class="found">{found}</dd>
        </dl>
      </li>
    ))}
  </ul>
);

/** A tick, or a cross; words stand beside it. */
export const Mark = ({ holds }: { holds: boolean }) => (
  <svg class={holds ? 'mark good' : 'mark bad'} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <circle cx="8" cy="8" r="8" />
    <path d={holds ? 'M4 8.4 7 11.2 12 5.2' : 'M5 5 11 11M11 5 5 11'} />
  </svg>
);

/** What came out beyond what the paper says. */
export const Findings = ({ findings }: { findings: readonly string[] }) => (
  <ul class="findings">
    {findings.map((found) => (
      <li key={found}>{found}</li>
    ))}
  </ul>
);
