/**
 * A report as a document that a drafter goes on with: headings, paragraphs and notes number themselves, contents and captions
 * are fields, tables repeat their heads.
 */
import type * as Docx from 'docx';
import { alike, packedParts } from './docx-alike.js';
import { DocxDocument } from './docx-document.js';
import { tablesIn } from './in-words.js';
import type { ReportFormat } from './report.js';

export const docx: ReportFormat = {
  mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  extension: 'docx',
  reads: ['sections'],
  quick: 100,
  // All of it is in memory: about 60 kB a row.
  mostRows: 10_000,
  inThread: 1_536,
  async *write(report) {
    const library = await import('docx');
    const { estimatePageNumbersWith } = await import('docx/layout');
    const rows = tablesIn(report.sections).reduce((sum, { rowCount }) => sum + rowCount, 0);
    const left: Docx.PageNumberEstimator = () => ({ bookmarks: new Map() });
    const isLaidOut = rows <= LAID_OUT;
    const options = await new DocxDocument(library, report).document();
    const document = new library.Document({
      ...options,
      pageNumbers: isLaidOut ? estimatePageNumbersWith({ guess: true }) : left,
      features: { updateFields: !isLaidOut },
    });
    yield alike(packedParts(library, document), report.manifest.asOf);
  },
};

/**
 * With more rows than this in its tables, its pages are left for Word to number, which asks before it does: to lay out a row
 * takes 8 ms. LibreOffice numbers them in any case.
 */
const LAID_OUT = 400;
