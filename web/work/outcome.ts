import { InputError, type Problem } from '../../src/input-error.ts';

/** What a worker answers: a result, or what is wrong with the input. */
export type Outcome<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The outcome of some work: mistakes of the input become data, which crosses from a worker to the page. */
export async function outcomeOf<R>(work: () => R | Promise<R>): Promise<Outcome<R>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof InputError) return { ok: false, problems: error.problems.map(cloneable) };
    throw error;
  }
}

/** `found` may be anything, also what cannot be sent. */
const cloneable = (problem: Problem): Problem => ({
  ...problem,
  ...(problem.found !== undefined && { found: sendable(problem.found) }),
});

function sendable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return String(value);
  }
}
