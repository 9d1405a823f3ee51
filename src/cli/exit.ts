/** What the command's exit tells a script. */
export const EXIT = { done: 0, checkFailed: 1, wrongInput: 2, interrupted: 130 } as const;
