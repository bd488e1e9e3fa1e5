/** Numbers of things as the command line says them. */

/** `2 pairs`, `1 pair`. */
export const countedWords = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
