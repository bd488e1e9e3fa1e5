/** The commitments and the activities in registers of others that carry them out, as linked data and as a table. */
import type { ActivityId } from '#bodies';
import type { Item } from '#progress';
import { ACTIVITY_SCHEMES, type ActivityScheme } from '#words';
import { iri, text, thing, type GraphThing } from './graph.js';
import type { AddressOf } from './skos.js';

interface Register {
  /** The identifier as the register calls it. */
  readonly element: string;
  /** Who gives the identifiers. */
  readonly agency: string;
  /** Where an activity is, if its identifier leads there. */
  readonly addressOf?: (id: string) => string;
}

const ACTIVITY_REGISTERS: { readonly [S in ActivityScheme]: Register } = {
  iati: { element: 'iati-identifier', agency: 'https://iatistandard.org/' },
  doi: { element: 'doi', agency: 'https://www.doi.org/', addressOf: (id) => `https://doi.org/${encodeURI(id)}` },
};

/** The columns of the table: the identifier stands in that of its register. */
export const ACTIVITY_COLUMNS = [
  ...(['commitment', 'title', 'lead', 'stage', 'page'] as const),
  ...ACTIVITY_SCHEMES.map((scheme) => ACTIVITY_REGISTERS[scheme].element),
];

/** A row for each activity of a commitment. */
export const activityRows = ({ reference, title, lead, stage, activityIds }: Item, addressOf: AddressOf): object[] =>
  activityIds.map(({ scheme, id }) => {
    const identifiers = Object.fromEntries(
      ACTIVITY_SCHEMES.map((one) => [ACTIVITY_REGISTERS[one].element, one === scheme ? id : '']),
    );
    const page = addressOf('commitments', reference);
    return { commitment: reference, title, lead, stage, page, ...identifiers };
  });

/**
 * Each commitment with the activities that it is related to, and each activity once with its identifier (ADMS). An activity has
 * the address of its register where that has one, else one within `home`.
 */
export function activityLinks(items: readonly Item[], home: string, addressOf: AddressOf): GraphThing[] {
  const nameOf = ({ scheme, id }: ActivityId): string =>
    ACTIVITY_REGISTERS[scheme].addressOf?.(id) ?? `${home}#${scheme}:${encodeURIComponent(id)}`;
  const activities = new Map(items.flatMap(({ activityIds }) => activityIds.map((one) => [nameOf(one), one] as const)));
  const commitments = items.map(({ reference, title, language, activityIds }): GraphThing => {
    return thing(addressOf('commitments', reference), 'prov:Plan', {
      'dct:identifier': text(reference),
      'dct:title': text(title, language ?? undefined),
      'dct:relation': activityIds.map((one) => iri(nameOf(one))),
    });
  });
  return [
    ...commitments,
    ...[...activities].flatMap(([name, { scheme, id }]): GraphThing[] => {
      const identifier = `${home}#identifier-${scheme}:${encodeURIComponent(id)}`;
      const { element, agency } = ACTIVITY_REGISTERS[scheme];
      return [
        thing(name, 'prov:Activity', { 'dct:identifier': text(id), 'adms:identifier': iri(identifier) }),
        thing(identifier, 'adms:Identifier', {
          'skos:notation': text(id),
          'dct:type': text(element),
          'dct:creator': iri(agency),
        }),
      ];
    }),
  ];
}
