/** Words that were erased from views and still stand in the files of the database. */
export interface Erasure {
  readonly projection: string;
  readonly version: number;
  /** Why the last try to be rid of them did not succeed. */
  readonly error: string | null;
}

/** A store that rids its files of rows that were deleted, and says what is left to do. */
export interface Erases {
  erasing(): Promise<Erasure[]>;
}
