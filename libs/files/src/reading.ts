/** The reading of a file: what is in it, or why it cannot be read. */
import { readPaper, type GivenPaper, type Paper } from './paper.js';
import { readSpreadsheet, type Given } from './read.js';
import { UnreadableFile, type SpreadsheetFile } from './sheet.js';

export type Reading =
  { readonly what: 'spreadsheet'; readonly given: Given } | { readonly what: 'paper'; readonly given: GivenPaper };

export type Read = { readonly file: SpreadsheetFile | Paper } | { readonly unreadable: string };

/** An error keeps its class on the way from a thread only when it is said in words. */
export async function read({ what, given }: Reading): Promise<Read> {
  try {
    return { file: await (what === 'paper' ? readPaper(given) : readSpreadsheet(given as Given)) };
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return { unreadable: error.message };
  }
}
