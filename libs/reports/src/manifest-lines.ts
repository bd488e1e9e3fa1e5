/** The manifest of a report as lines for people, in the language of the report. */
import type { NumberedReport } from './report.js';
import { reportWords } from './words/index.js';

/** Each line: its name and its value; a line without a value is left out. */
export function manifestLines({ manifest, language }: NumberedReport): (readonly [name: string, value: string])[] {
  const { manifest: names, cover, date, number } = reportWords(language);
  const parameters = Object.entries(manifest.parameters).map(([name, value]) => `${name}=${value}`);
  const lines = [
    [names.kind, `${cover[manifest.kind]} (${manifest.kind})`],
    [names.parameters, parameters.join(', ')],
    [names.asOf, date(manifest.asOf)],
    [names.knownAt, manifest.knownAt],
    [names.since, manifest.since ? date(manifest.since) : ''],
    [names.staleAfter, number(manifest.staleAfter)],
    [names.language, `${names.languages[manifest.language]} (${manifest.language})`],
    [names.filledIn, manifest.filledIn.map((key) => `${names[key]} (${key})`).join(', ')],
    [names.log, manifest.log],
    [names.publisher, manifest.publisher],
    [names.site, manifest.site],
    [names.licence, manifest.licence ?? ''],
    [names.template, number(manifest.template)],
    [names.software, manifest.software],
  ] as const;
  return lines.filter(([, value]) => value !== '');
}
