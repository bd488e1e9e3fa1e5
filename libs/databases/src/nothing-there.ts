/** The error of reading a missing database: reading creates nothing. */
export class NothingThere extends Error {}
