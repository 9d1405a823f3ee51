import { config } from 'zod';

/** Has schemas checked without code that is made as the page runs: its policy forbids that, and a try would be reported. */
export function withoutEval(): void {
  config({ jitless: true });
}
