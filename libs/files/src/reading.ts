/** The reading of a file: its content, or why it cannot be read. */
import { readPaper, type GivenPaper, type Paper } from './paper.js';
import { readSpreadsheet, type GivenSpreadsheet } from './read.js';
import { UnreadableFile, type SpreadsheetFile } from './sheet.js';

export type ReadTask =
  | { readonly what: 'spreadsheet'; readonly given: GivenSpreadsheet }
  | { readonly what: 'paper'; readonly given: GivenPaper };

export type ReadOutcome = { readonly file: SpreadsheetFile | Paper } | { readonly unreadable: string };

/** An error keeps its class on the way from a thread only when it is said in words. */
export async function readFileOf({ what, given }: ReadTask): Promise<ReadOutcome> {
  try {
    return { file: await (what === 'paper' ? readPaper(given) : readSpreadsheet(given as GivenSpreadsheet)) };
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return { unreadable: error.message };
  }
}
