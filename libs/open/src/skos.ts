/** Frameworks, their themes and the crosswalks between them in SKOS (https://www.w3.org/TR/skos-reference/). */
import type { CrosswalkVersion, Framework, Theme } from '#bodies';
import type { CrosswalkAsAt } from '#registers';
import type { Match } from '#words';
import { iri, text, thing, typedText, type Name, type GraphThing, type GraphValue } from './graph.js';

/** The address of a page, which names its subject. */
export type AddressOf = (of: 'frameworks' | 'themes' | 'crosswalks' | 'commitments', code: string) => string;

const SKOS_MATCHES: Readonly<Record<Match, Name>> = {
  exact: 'skos:exactMatch',
  close: 'skos:closeMatch',
  broad: 'skos:broadMatch',
  narrow: 'skos:narrowMatch',
  related: 'skos:relatedMatch',
};

/** A framework as a concept scheme, and each of its themes as a concept. */
export function schemeOf(framework: Framework, all: readonly Theme[], addressOf: AddressOf): GraphThing[] {
  const scheme = addressOf('frameworks', framework.code);
  const of = (theme: Theme) => iri(addressOf('themes', theme.code));
  const themes = all.filter((theme) => theme.framework === framework.code);
  const tops = themes.filter(({ parent }) => !parent);
  const concept = (theme: Theme): GraphThing => {
    const below = themes.filter(({ parent }) => parent === theme.code);
    return thing(addressOf('themes', theme.code), 'skos:Concept', {
      'skos:prefLabel': text(theme.label),
      'skos:notation': text(theme.code),
      'skos:inScheme': iri(scheme),
      ...(theme.parent
        ? { 'skos:broader': iri(addressOf('themes', theme.parent)) }
        : { 'skos:topConceptOf': iri(scheme) }),
      ...(below.length > 0 && { 'skos:narrower': below.map(of) }),
    });
  };
  return [
    thing(scheme, 'skos:ConceptScheme', {
      'skos:prefLabel': text(framework.name),
      'skos:notation': text(framework.code),
      'dct:source': text(framework.source),
      'owl:versionInfo': text(framework.version),
      ...(tops.length > 0 && { 'skos:hasTopConcept': tops.map(of) }),
    }),
    ...themes.map(concept),
  ];
}

/** A version of a crosswalk: its mappings, and who says so. */
export function mappingOf(
  { code, title, from, to }: CrosswalkAsAt,
  { version, author, reportedOn, links, note }: CrosswalkVersion,
  addressOf: AddressOf,
): GraphThing[] {
  const mapped = Map.groupBy(links, (link) => link.from);
  const concepts = [...mapped].map(([theme, own]): GraphThing => {
    const says: Partial<Record<Name, GraphValue[]>> = {};
    for (const { match, to: other } of own) (says[SKOS_MATCHES[match]] ??= []).push(iri(addressOf('themes', other)));
    return thing(addressOf('themes', theme), 'skos:Concept', says);
  });
  const crosswalk: GraphThing = thing(addressOf('crosswalks', code), 'dcat:Dataset', {
    'dct:title': text(title),
    'dct:identifier': text(code),
    'dct:source': [iri(addressOf('frameworks', from)), iri(addressOf('frameworks', to))],
    'dct:creator': text(author),
    'dct:issued': typedText(reportedOn, 'xsd:date'),
    'owl:versionInfo': text(version),
    ...(note && { 'dct:description': text(note) }),
  });
  return [crosswalk, ...concepts];
}
