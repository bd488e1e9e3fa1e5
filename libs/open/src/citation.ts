/** The citation of a release of the data: CITATION.cff, DataCite as JSON and XML, and schema.org. */
import { escaped } from '#text';

/** The description of a release as a whole. */
export interface Release {
  readonly title: string;
  readonly description: string;
  readonly publisher: string;
  readonly publicUrl: string;
  /** The licence of the data, by its SPDX name; `null`: its publisher states none. */
  readonly licence: string | null;
  readonly asOf: string;
  /** The position of the log. */
  readonly position: string;
  /** When the last event was recorded; RFC 3339. */
  readonly recordedAt: string;
  /** The first and the last day on which something was reported. */
  readonly covers: { readonly from: string; readonly to: string } | null;
  readonly software: string;
  /** `null`: it has none. */
  readonly doi: string | null;
  /** The media types of its files. */
  readonly formats: readonly string[];
}

export const CITED_KEYWORDS = [
  'international migration',
  'development',
  'commitments',
  'High-level Dialogue on International Migration and Development',
  'Global Forum on Migration and Development',
];

/** Two releases of the same date and knowledge are the same: `2012-11-02+1411`. */
export const versionOf = ({ asOf, position }: Release): string => `${asOf}+${position}`;

/** An address of the licence, where SPDX gives it one. */
export const licencePath = (licence: string): string =>
  /^CC-BY(-[A-Z]+)*-\d\.\d$/.test(licence)
    ? `https://creativecommons.org/licenses/${licence.slice(3, -4).toLowerCase()}/${licence.slice(-3)}/`
    : `https://spdx.org/licenses/${licence}.html`;

/** YAML in which every text is quoted as JSON quotes it, which YAML reads alike. */
export function citationCff(release: Release): string {
  const { title, description, publisher, publicUrl, licence, asOf, doi } = release;
  const fields: readonly (readonly [string, unknown])[] = [
    ['cff-version', '1.2.0'],
    ['message', 'If you use these data, please cite them as below.'],
    ['type', 'dataset'],
    ['title', title],
    ['abstract', description],
    ['authors', [{ name: publisher }]],
    ['version', versionOf(release)],
    ['date-released', asOf],
    ['url', publicUrl],
    ['keywords', CITED_KEYWORDS],
    ...(licence ? ([['license', licence]] as const) : []),
    ...(doi ? ([['doi', doi]] as const) : []),
  ];
  return fields.map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`).join('');
}

/** The attributes that the API of DataCite takes. */
export function dataciteJson(release: Release): object {
  const { title, description, publisher, publicUrl, licence, asOf, recordedAt, covers, doi } = release;
  return {
    ...(doi && { doi }),
    schemaVersion: 'http://datacite.org/schema/kernel-4',
    creators: [{ name: publisher, nameType: 'Organizational' }],
    titles: [{ title, lang: 'en' }],
    publisher: { name: publisher },
    publicationYear: recordedAt.slice(0, 4),
    types: { resourceTypeGeneral: 'Dataset', resourceType: 'Register of commitments' },
    subjects: CITED_KEYWORDS.map((subject) => ({ subject, lang: 'en' })),
    dates: [
      { date: recordedAt.slice(0, 10), dateType: 'Issued' },
      { date: asOf, dateType: 'Valid', dateInformation: 'The figures are as at this date' },
      ...(covers ? [{ date: `${covers.from}/${covers.to}`, dateType: 'Collected' }] : []),
    ],
    language: 'en',
    version: versionOf(release),
    formats: release.formats,
    descriptions: [{ description, descriptionType: 'Abstract', lang: 'en' }],
    url: publicUrl,
    ...(licence && {
      rightsList: [
        { rights: licence, rightsUri: licencePath(licence), rightsIdentifier: licence, rightsIdentifierScheme: 'SPDX' },
      ],
    }),
  };
}

/** A value that is not yet assigned, as DataCite writes it. */
const TO_BE_ASSIGNED = ':tba';

/** The same as the XML of kernel 4. */
export function dataciteXml(release: Release): string {
  const { title, description, publisher, licence, asOf, recordedAt, covers, doi } = release;
  const element = (name: string, text: string, attributes: Readonly<Record<string, string>> = {}): string =>
    `<${name}${Object.entries(attributes)
      .map(([attribute, value]) => ` ${attribute}="${escaped(value)}"`)
      .join('')}>${escaped(text)}</${name}>`;
  const list = (name: string, items: readonly string[]) =>
    `  <${name}>\n${items.map((one) => `    ${one}\n`).join('')}  </${name}>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<resource xmlns="http://datacite.org/schema/kernel-4" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
      'xsi:schemaLocation="http://datacite.org/schema/kernel-4 https://schema.datacite.org/meta/kernel-4.6/metadata.xsd">',
    `  ${element('identifier', doi ?? TO_BE_ASSIGNED, { identifierType: 'DOI' })}`,
    list('creators', [`<creator>${element('creatorName', publisher, { nameType: 'Organizational' })}</creator>`]),
    list('titles', [element('title', title, { 'xml:lang': 'en' })]),
    `  ${element('publisher', publisher)}`,
    `  ${element('publicationYear', recordedAt.slice(0, 4))}`,
    `  ${element('resourceType', 'Register of commitments', { resourceTypeGeneral: 'Dataset' })}`,
    list(
      'subjects',
      CITED_KEYWORDS.map((subject) => element('subject', subject, { 'xml:lang': 'en' })),
    ),
    list('dates', [
      element('date', recordedAt.slice(0, 10), { dateType: 'Issued' }),
      element('date', asOf, { dateType: 'Valid', dateInformation: 'The figures are as at this date' }),
      ...(covers ? [element('date', `${covers.from}/${covers.to}`, { dateType: 'Collected' })] : []),
    ]),
    `  ${element('language', 'en')}`,
    list(
      'formats',
      release.formats.map((format) => element('format', format)),
    ),
    `  ${element('version', versionOf(release))}`,
    ...(licence
      ? [
          list('rightsList', [
            element('rights', licence, {
              rightsURI: licencePath(licence),
              rightsIdentifier: licence,
              rightsIdentifierScheme: 'SPDX',
              schemeURI: 'https://spdx.org/licenses/',
            }),
          ]),
        ]
      : []),
    list('descriptions', [element('description', description, { descriptionType: 'Abstract', 'xml:lang': 'en' })]),
    '</resource>\n',
  ].join('\n');
}

/** A description for search engines: a schema.org Dataset. */
export const schemaOrg = (release: Release, files: readonly { path: string; mediatype: string; bytes: number }[]) => ({
  '@context': 'https://schema.org/',
  '@type': 'Dataset',
  name: release.title,
  description: release.description,
  url: release.publicUrl,
  version: versionOf(release),
  keywords: CITED_KEYWORDS,
  dateModified: release.recordedAt,
  creator: { '@type': 'Organization', name: release.publisher },
  publisher: { '@type': 'Organization', name: release.publisher },
  ...(release.covers && { temporalCoverage: `${release.covers.from}/${release.covers.to}` }),
  ...(release.licence && { license: licencePath(release.licence) }),
  ...(release.doi && { identifier: `https://doi.org/${release.doi}` }),
  distribution: files.map(({ path, mediatype, bytes }) => ({
    '@type': 'DataDownload',
    contentUrl: path,
    encodingFormat: mediatype,
    contentSize: `${bytes} B`,
  })),
});
