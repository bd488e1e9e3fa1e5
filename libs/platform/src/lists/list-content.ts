/** A list as the formats write it. */
/** Entries, page by page. */
export type Pages = AsyncIterable<readonly object[]> | Iterable<readonly object[]>;

export interface ListContent {
  readonly pages: Pages;
  /** All entries, when they are at hand. */
  readonly whole?: readonly object[];
  /** An entry with the fields that were asked for. */
  readonly picked: (entry: object) => object;
  /** An entry as a row of a table. */
  readonly row: (entry: object) => object;
  /** The columns of a table of them, also when there are none; absent: those that the entries have. */
  readonly columns?: readonly string[];
  /** Whether a table begins with a byte order mark. */
  readonly bom?: boolean;
  readonly list: ListSource;
}

/** The facts about the list that a table holds. */
export interface ListSource {
  /** `commitments` */
  readonly name: string;
  /** The date, the position and the address of its content: `asOf`, `position`, `address`. */
  readonly about: Readonly<Record<string, string>>;
  /** Of each column its name, its meaning, and its values if they are a closed list. */
  readonly codebook: (columns: readonly string[]) => readonly (readonly [column: string, means: string, of: string])[];
}
