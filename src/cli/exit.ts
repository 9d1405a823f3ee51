/** What the command's exit tells a script. */
export const EXIT = { done: 0, checkFailed: 1, wrongInput: 2, interrupted: 130 } as const;

/** Thrown when a command has done its work and told that a check failed. */
export class CheckFailed extends Error {}
