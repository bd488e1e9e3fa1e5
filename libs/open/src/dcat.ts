/** The catalogue of all downloads, in DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/). */
import { licencePath } from './citation.js';
import { iri, text, thing, typedText, type GraphThing, type GraphValue } from './graph.js';

/** The publisher of the data, and the terms. */
export abstract class DataPublisher {
  abstract readonly publicUrl: string;
  abstract readonly publisher: string;
  abstract readonly dataLicence: string | null;
}

/** A dataset: its name, its description, and its addresses by media type. */
export interface CataloguedDataset {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly distributions: Readonly<Record<string, string>>;
}

const media = (type: string): GraphValue => iri(`https://www.iana.org/assignments/media-types/${type.split(';')[0]}`);

/**
 * @param changedAt when the last event was recorded; `null`: nothing was
 * @param covers the first and last day on which something was reported
 */
export function catalogueOf(
  { publicUrl, publisher, dataLicence }: DataPublisher,
  datasets: readonly CataloguedDataset[],
  changedAt: string | null,
  covers: { readonly from: string; readonly to: string } | null,
): GraphThing[] {
  const catalogue = `${publicUrl}/v1/open/catalogue`;
  const agent = `${catalogue}#publisher`;
  const period = `${catalogue}#period`;
  const terms = {
    'dct:publisher': iri(agent),
    ...(dataLicence && { 'dct:license': iri(licencePath(dataLicence)) }),
    ...(changedAt && { 'dct:modified': typedText(changedAt, 'xsd:dateTime') }),
  };
  return [
    thing(catalogue, 'dcat:Catalog', {
      'dct:title': text('Followthrough: commitments on international migration and development', 'en'),
      'dct:description': text(
        'What agencies undertook after the UN High-level Dialogues on International Migration and Development and the ' +
          'meetings of the Global Forum, and what has come of it.',
        'en',
      ),
      'foaf:homepage': iri(`${publicUrl}/`),
      'dcat:dataset': datasets.map(({ id }) => iri(`${catalogue}#${id}`)),
      ...terms,
    }),
    thing(agent, 'foaf:Organization', { 'foaf:name': text(publisher) }),
    ...(covers
      ? [
          thing(period, 'dct:PeriodOfTime', {
            'dcat:startDate': typedText(covers.from, 'xsd:date'),
            'dcat:endDate': typedText(covers.to, 'xsd:date'),
          }),
        ]
      : []),
    ...datasets.flatMap(({ id, title, description, distributions }): GraphThing[] => {
      const addresses = Object.entries(distributions);
      return [
        thing(`${catalogue}#${id}`, 'dcat:Dataset', {
          'dct:title': text(title, 'en'),
          'dct:description': text(description, 'en'),
          'dct:identifier': text(id),
          ...(covers && { 'dct:temporal': iri(period) }),
          'dcat:distribution': addresses.map((_, i) => iri(`${catalogue}#${id}-${i + 1}`)),
          ...terms,
        }),
        ...addresses.map(([type, path], i): GraphThing =>
          thing(`${catalogue}#${id}-${i + 1}`, 'dcat:Distribution', {
            'dct:title': text(`${title} (${type.split(';')[0]})`, 'en'),
            'dcat:accessURL': iri(publicUrl + path),
            'dcat:downloadURL': iri(publicUrl + path),
            'dcat:mediaType': media(type),
            ...(dataLicence && { 'dct:license': iri(licencePath(dataLicence)) }),
          }),
        ),
      ];
    }),
  ];
}
