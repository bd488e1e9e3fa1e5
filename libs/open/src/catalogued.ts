/** The list of everything that can be taken from the API as a table, by its path: the page of downloads and the catalogue say the same. */

export const CATALOGUED_VIEWS = {
  '/commitments': 'All commitments',
  '/progress/agencies': 'Progress per agency',
  '/progress/themes': 'Progress per theme',
  '/progress/outcomes': 'Recommendations and their follow-up',
  '/progress/timeline': 'Stages over time',
  '/progress/deadlines': 'Deadlines',
  '/progress/silent': 'No update since, per agency',
  '/progress/matrix': 'Agencies and themes',
  '/progress/partnerships': 'Who works with whom',
};

export const CATALOGUED_REGISTERS = {
  '/agencies': 'Agencies',
  '/frameworks': 'Frameworks of themes',
  '/themes': 'Themes',
  '/crosswalks': 'Crosswalks between frameworks',
  '/forums': 'Forums and meetings',
  '/outcomes': 'Outcomes of forums',
  '/documents': 'Sources',
};

/** Records of the secretariat and the agencies that have no date as at which they are asked for. */
export const CATALOGUED_ROUNDS = {
  '/rounds': 'Reporting rounds',
  '/publications': 'Published reports',
};

const GRAPH_FORMATS = { 'text/turtle': '', 'application/ld+json': '?format=jsonld' } as const;
const [SDMX_CSV, SDMX_JSON] = [{ 'text/csv': '' }, { 'application/json': '' }] as const;

/** The data in formats of others, by path: its name, and its media types with the query that asks for each. */
export const OPEN_FORMATS = {
  '/open/frameworks': { name: 'Frameworks, themes and crosswalks as SKOS', as: GRAPH_FORMATS },
  '/open/progress/agencies': { name: 'Progress per agency as SDMX-CSV', as: SDMX_CSV },
  '/open/progress/agencies/structure': { name: 'Its structure as SDMX-JSON', as: SDMX_JSON },
  '/open/progress/themes': { name: 'Progress per theme as SDMX-CSV', as: SDMX_CSV },
  '/open/progress/themes/structure': { name: 'Its structure as SDMX-JSON', as: SDMX_JSON },
  '/open/activities': {
    name: 'Commitments and the activities of IATI and others that carry them out',
    as: { ...GRAPH_FORMATS, 'text/csv': '?format=csv' },
  },
  '/open/catalogue': { name: 'The catalogue of all of this as DCAT', as: GRAPH_FORMATS },
} as const;
