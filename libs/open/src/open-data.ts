/** The common part of all open formats: addresses, clocks, and the catalogue. */
import { Inject, Injectable } from '@nestjs/common';
import type { Log } from '#eventsourcing';
import { clocksOf, FORMAT_NAMES, formatNamed, LOG, type Clocks } from '#platform';
import { Progress, type PinnedClocks } from '#progress';
import { OPEN_FORMATS, CATALOGUED_REGISTERS, CATALOGUED_ROUNDS, CATALOGUED_VIEWS } from './catalogued.js';
import { catalogueOf, DataPublisher, type CataloguedDataset } from './dcat.js';
import type { GraphThing } from './graph.js';
import type { AddressOf } from './skos.js';

/** Where each kind of thing can be looked at. */
const OPEN_PATHS = {
  frameworks: '/v1/open/frameworks',
  themes: '/themes',
  crosswalks: '/crosswalks',
  commitments: '/commitments',
} as const;

const asTable = (path: string, name: string, when: string): CataloguedDataset => ({
  id: path.slice(1).replaceAll('/', '-'),
  title: name,
  description: `${name}, ${when}.`,
  distributions: Object.fromEntries(
    FORMAT_NAMES.map((name, i) => [formatNamed(name).mediaType, `/v1${path}${i > 0 ? `?format=${name}` : ''}`]),
  ),
});

const DATASETS: readonly CataloguedDataset[] = [
  ...Object.entries({ ...CATALOGUED_VIEWS, ...CATALOGUED_REGISTERS }).map(([path, name]) =>
    asTable(path, name, 'as at today; with asOf=YYYY-MM-DD as at another date'),
  ),
  ...Object.entries(CATALOGUED_ROUNDS).map(([path, name]) =>
    asTable(path, name, 'as recorded by now; with knownAt=YYYY-MM-DDThh:mm:ssZ as recorded by then'),
  ),
  ...Object.entries(OPEN_FORMATS).map(([path, { name, as }]) => ({
    id: path.slice(1).replaceAll('/', '-'),
    title: name,
    description: `${name}.`,
    distributions: Object.fromEntries(Object.entries(as).map(([type, query]) => [type, `/v1${path}${query}`])),
  })),
  {
    id: 'changes',
    title: 'All changes',
    description: 'Everything that was ever recorded, in order.',
    distributions: { 'application/x-ndjson': '/v1/changes' },
  },
];

@Injectable()
export class OpenData {
  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly progress: Progress,
    private readonly by: DataPublisher,
  ) {}

  /** The address that names a thing in linked data. */
  readonly addressOf: AddressOf = (of, code) => `${this.by.publicUrl}${OPEN_PATHS[of]}/${encodeURIComponent(code)}`;

  /** The address of the question. */
  readonly addressIn = (path: string): string => `${this.by.publicUrl}${path}`;

  /** Several dates as known at one position. @throws Rejected `invalid` */
  async clocksOf(dates: readonly string[], knownAt?: string): Promise<PinnedClocks[]> {
    const all = await Promise.all(dates.map((asOf) => clocksOf({ asOf, knownAt }, this.log.store)));
    const { knownAt: position } = await this.progress.pin(all[0]!);
    return all.map((at) => ({ ...at, knownAt: position }));
  }

  /** When the event at a position was recorded; of an empty log, the beginning of time. */
  async recordedAt(position: string): Promise<string | null> {
    if (position === '0') return null;
    const [event] = await this.log.store.readAll(String(Number(position) - 1), 1);
    return event?.position === position ? event.recordedAt : null;
  }

  /** The head of a structure message. */
  async prepared(position: string): Promise<{ prepared: string; publisher: string }> {
    const prepared = (await this.recordedAt(position)) ?? '1970-01-01T00:00:00.000Z';
    return { prepared, publisher: this.by.publisher };
  }

  async catalogue(clocks: Clocks): Promise<GraphThing[]> {
    const at = await this.progress.pin(clocks);
    const dates = await this.progress.reportDates(at);
    const covers = dates.length > 0 ? { from: dates[0]!, to: dates.at(-1)! } : null;
    return catalogueOf(this.by, DATASETS, await this.recordedAt(at.knownAt), covers);
  }
}
