/** Linked data, written as Turtle or JSON-LD. */
import { DataFactory, Writer } from 'n3';

/** The vocabularies that are used, by their prefixes. */
export const NAMESPACE_OF_PREFIX = {
  adms: 'http://www.w3.org/ns/adms#',
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  owl: 'http://www.w3.org/2002/07/owl#',
  prov: 'http://www.w3.org/ns/prov#',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const;

/** A name in one of the vocabularies, `skos:Concept`. */
export type Name = `${keyof typeof NAMESPACE_OF_PREFIX}:${string}`;

/** A value: another thing, a text, or a text of a type. */
export type GraphValue = { readonly iri: string } | Literal;
interface Literal {
  readonly text: string;
  readonly type?: Name;
  readonly language?: string;
}

/** A thing and the statements about it. */
export interface GraphThing {
  readonly iri: string;
  readonly type: Name;
  readonly says: Readonly<Partial<Record<Name, GraphValue | readonly GraphValue[]>>>;
}

export const thing = (address: string, type: Name, says: GraphThing['says']): GraphThing => ({
  iri: address,
  type,
  says,
});
export const iri = (address: string): GraphValue => ({ iri: address });
export const text = (words: string, language?: string): GraphValue => ({ text: words, ...(language && { language }) });
export const typedText = (words: string, type: Name): GraphValue => ({ text: words, type });

/** The formats of linked data. */
export const GRAPH_FORMATS = {
  turtle: { mediaType: 'text/turtle', extension: 'ttl', write: turtle },
  jsonld: { mediaType: 'application/ld+json', extension: 'jsonld', write: jsonLd },
} as const;
export type GraphFormat = keyof typeof GRAPH_FORMATS;
export const GRAPH_FORMAT_NAMES = Object.keys(GRAPH_FORMATS) as GraphFormat[];

const expandedName = (name: Name): string => {
  const [prefix, local] = name.split(':') as [keyof typeof NAMESPACE_OF_PREFIX, string];
  return NAMESPACE_OF_PREFIX[prefix] + local;
};

const said = ({ says }: GraphThing): [Name, GraphValue[]][] =>
  Object.entries(says).map(([property, values]) => [property as Name, [values].flat() as GraphValue[]]);

function turtle(things: readonly GraphThing[]): string {
  const { literal, namedNode, quad } = DataFactory;
  const term = (value: GraphValue) =>
    'iri' in value
      ? namedNode(value.iri)
      : literal(value.text, value.language ?? (value.type && namedNode(expandedName(value.type))));
  const writer = new Writer({ prefixes: NAMESPACE_OF_PREFIX });
  for (const thing of things) {
    const about = namedNode(thing.iri);
    writer.addQuad(quad(about, namedNode(expandedName('rdf:type')), namedNode(expandedName(thing.type))));
    for (const [property, values] of said(thing))
      for (const value of values) writer.addQuad(quad(about, namedNode(expandedName(property)), term(value)));
  }
  let written = '';
  writer.end((error, result: string) => {
    if (error) throw error;
    written = result;
  });
  return written;
}

function jsonLd(things: readonly GraphThing[]): string {
  const term = (value: GraphValue): object =>
    'iri' in value
      ? { '@id': value.iri }
      : {
          '@value': value.text,
          ...(value.language && { '@language': value.language }),
          ...(value.type && { '@type': value.type }),
        };
  const graph = things.map((thing) => ({
    '@id': thing.iri,
    '@type': thing.type,
    ...Object.fromEntries(said(thing).map(([property, values]) => [property, values.map(term)])),
  }));
  return `${JSON.stringify({ '@context': NAMESPACE_OF_PREFIX, '@graph': graph }, null, 2)}\n`;
}
