/** The offer of a page to make a report of its subject: in a language, in a format, with the changes since a date. */
import { LANGUAGES, reportWords, type ReportFormatName, type ReportKind } from '#reports';
import { Options } from './choice.js';
import { PostForm, WhenAtTheDesk } from './signed-in.js';
import { queryOf, type PageParameters, type View } from './view.js';

/** The report that fits a page. */
export interface ReportOffer {
  readonly kind: ReportKind;
  /** As the route of the kind takes it: without dates, language and format. */
  readonly asked: PageParameters;
}

export const REPORT_KIND_WORDS: Readonly<Record<ReportKind, string>> = {
  agency: 'Progress report of an agency',
  theme: 'Progress report on a theme',
  forum: 'Follow-up to a forum',
  synthesis: 'Synthesis',
  register: 'Register of commitments',
};

export const REPORT_LANGUAGE_WORDS = reportWords('en').manifest.languages;

export const REPORT_FORMAT_WORDS: Readonly<Record<ReportFormatName, string>> = {
  html: 'Page to read here',
  pdf: 'PDF',
  docx: 'Word (DOCX)',
  xlsx: 'Excel (XLSX)',
  csv: 'CSV, its data',
  json: 'JSON',
  md: 'Markdown',
  manifest: 'Manifest: what is needed to make it again',
};

/**
 * A form, which needs no script. It leads to the address of the report, which makes the same report for ever; if that takes long,
 * to a page that shows how far it is.
 */
export const ReportForm = ({ view, report: { kind, asked } }: { view: View; report: ReportOffer }) => {
  const parameters = Object.entries(asked).map(([name, value]) => [`parameters.${name}`, value] as const);
  const hidden = { kind, ...Object.fromEntries(parameters), asOf: view.asOf, knownAt: view.position };
  const prepare = `/publications/prepare${queryOf({ kind, ...asked, asOf: view.asOf })}`;
  return (
    <details class="report">
      <summary>Make a report</summary>
      <PostForm action="/reports" hidden={hidden}>
        <label>
          Language
          <select name="language">
            <Options of={LANGUAGES.map((language) => [language, REPORT_LANGUAGE_WORDS[language]])} />
          </select>
        </label>
        <label>
          Format
          <select name="format">
            <Options of={Object.entries(REPORT_FORMAT_WORDS)} />
          </select>
        </label>
        <label>
          On what came since
          <input type="date" name="since" max={view.asOf} />
        </label>
        <button>Make it</button>
        <button class="quiet" name="preview" value="true">
          Preview it here
        </button>
      </PostForm>
      <WhenAtTheDesk>
        <p>
          <a href={prepare}>Prepare it for publication</a>, with words in its sections.
        </p>
      </WhenAtTheDesk>
    </details>
  );
};
