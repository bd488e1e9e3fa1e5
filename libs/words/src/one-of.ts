/** The words that a refusal names where others were sent. */

/** `one of: planned, on_hold`; where a comma stands in one of them, semicolons part them. */
export const oneOf = (choices: readonly string[]): string =>
  `one of: ${choices.join(choices.some((one) => one.includes(',')) ? '; ' : ', ')}`;
