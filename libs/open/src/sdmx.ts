/** The progress figures as SDMX: SDMX-CSV 2.0 for the data, SDMX-JSON 2.1 for their structure (https://sdmx.org/standards-2/). */
import { csvPart } from '#tables';
import type { Row } from '#progress';
import { STAGES } from '#words';

/** The dimensions by which progress is broken down. */
export const BREAKDOWNS = {
  agencies: { id: 'PROGRESS_AGENCIES', dimension: 'AGENCY', title: 'Progress per agency' },
  themes: { id: 'PROGRESS_THEMES', dimension: 'THEME', title: 'Progress per theme' },
} as const;
export type Breakdown = keyof typeof BREAKDOWNS;

const MAINTAINER = 'FOLLOWTHROUGH';
const STRUCTURE_VERSION = '1.0.0';

/** All commitments, which is not the sum of the rows: a commitment counts once under each of its agencies and themes. */
const ALL_COMMITMENTS = '_T';

/** The counts, by their codes. */
const INDICATORS: Readonly<Record<string, { readonly name: string; readonly of: (row: Row) => number }>> = {
  TOTAL: { name: 'Commitments', of: ({ total }) => total },
  ...Object.fromEntries(
    STAGES.map((stage) => [
      stage.toUpperCase(),
      { name: `Commitments at the stage ${stage}`, of: ({ byStage }: Row) => byStage[stage] },
    ]),
  ),
  WITH_TARGET: { name: 'Commitments with a target', of: ({ withTarget }) => withTarget },
  OVERDUE: { name: 'Commitments past their target', of: ({ overdue }) => overdue },
  STALE: { name: 'Open commitments without a report for twelve months', of: ({ stale }) => stale },
};

/** A code in the characters of SDMX; others are written as `$` and a hexadecimal number, to be read back. */
const sdmxCode = (code: string): string =>
  code.replaceAll(/[^A-Za-z0-9_@-]/g, (c) => `$${c.codePointAt(0)!.toString(16).toUpperCase().padStart(2, '0')}`);

/** A view as at a date. */
interface ProgressAt {
  readonly asOf: string;
  readonly total: Row;
  readonly rows: readonly (Row & { readonly agency?: string; readonly theme?: string })[];
}

/** An observation per row, indicator and date. */
export function sdmxCsv(by: Breakdown, views: readonly ProgressAt[]): string {
  const { id, dimension } = BREAKDOWNS[by];
  const rows = views.flatMap(({ asOf, total, rows }) =>
    [
      { ...total, code: ALL_COMMITMENTS },
      ...rows.map((row) => ({ ...row, code: sdmxCode(row.agency ?? row.theme ?? '') })),
    ].flatMap((row) =>
      Object.entries(INDICATORS).map(([indicator, { of }]) => ({
        STRUCTURE: 'dataflow',
        STRUCTURE_ID: `${MAINTAINER}:${id}(${STRUCTURE_VERSION})`,
        ACTION: 'I',
        [dimension]: row.code,
        INDICATOR: indicator,
        TIME_PERIOD: asOf,
        OBS_VALUE: of(row),
      })),
    ),
  );
  return csvPart(
    rows,
    ['STRUCTURE', 'STRUCTURE_ID', 'ACTION', dimension, 'INDICATOR', 'TIME_PERIOD', 'OBS_VALUE'],
    true,
  );
}

const urn = (kind: string, id: string, item = ''): string =>
  `urn:sdmx:org.sdmx.infomodel.${kind}=${MAINTAINER}:${id}(${STRUCTURE_VERSION})${item}`;

/** The structure of the data: concepts, code lists with the names of agencies or themes, the data structure, the dataflow. */
export function sdmxStructure(
  by: Breakdown,
  names: ReadonlyMap<string, string>,
  { prepared, publisher }: { readonly prepared: string; readonly publisher: string },
): object {
  const { id, dimension, title } = BREAKDOWNS[by];
  const maintained = { version: STRUCTURE_VERSION, agencyID: MAINTAINER };
  const named = (name: string) => ({ name, names: { en: name } });
  const concept = (which: string) => urn('conceptscheme.Concept', 'CONCEPTS', `.${which}`);
  const listed = (which: string, list: string) => ({
    id: which,
    conceptIdentity: concept(which),
    localRepresentation: { enumeration: urn('codelist.Codelist', list) },
  });
  const codes = (items: readonly (readonly [string, string])[]) =>
    items.map(([code, name]) => ({ id: code, ...named(name) }));
  return {
    $schema: 'https://json.sdmx.org/2.1/sdmx-json-structure-schema.json',
    meta: {
      ...{ id, test: false, prepared, contentLanguages: ['en'] },
      sender: { id: MAINTAINER, ...named(publisher) },
    },
    data: {
      conceptSchemes: [
        {
          ...{ id: 'CONCEPTS', ...maintained, ...named('Concepts of Followthrough') },
          concepts: codes([
            [dimension, by === 'agencies' ? 'The agency' : 'The theme'],
            ['INDICATOR', 'What is counted'],
            ['TIME_PERIOD', 'The date as at which it is counted'],
            ['OBS_VALUE', 'How many'],
          ]),
        },
      ],
      codelists: [
        {
          ...{ id: `CL_${dimension}`, ...maintained, ...named(title) },
          codes: codes([
            [ALL_COMMITMENTS, 'All, each commitment once'],
            ...[...names].map(([code, name]) => [sdmxCode(code), name] as const),
          ]),
        },
        {
          ...{ id: 'CL_INDICATOR', ...maintained, ...named('What is counted') },
          codes: codes(Object.entries(INDICATORS).map(([code, { name }]) => [code, name] as const)),
        },
      ],
      dataStructures: [
        {
          ...{ id: `DSD_${id}`, ...maintained, ...named(title) },
          dataStructureComponents: {
            dimensionList: {
              id: 'DimensionDescriptor',
              dimensions: [listed(dimension, `CL_${dimension}`), listed('INDICATOR', 'CL_INDICATOR')],
              timeDimension: {
                id: 'TIME_PERIOD',
                conceptIdentity: concept('TIME_PERIOD'),
                localRepresentation: { format: { dataType: 'ObservationalTimePeriod' } },
              },
            },
            measureList: {
              id: 'MeasureDescriptor',
              measures: [
                {
                  id: 'OBS_VALUE',
                  conceptIdentity: concept('OBS_VALUE'),
                  usage: 'mandatory',
                  localRepresentation: { format: { dataType: 'Integer' } },
                },
              ],
            },
          },
        },
      ],
      dataflows: [{ id, ...maintained, ...named(title), structure: urn('datastructure.DataStructure', `DSD_${id}`) }],
    },
  };
}
