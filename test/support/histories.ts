/** Random histories, tried by the real commands, and the views of the log that they leave. */
import { ActCommand, Acts } from '#acts';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { commitment } from '#commitments';
import { SqliteEventStore } from '#event-store-sqlite';
import {
  decodeAll,
  handle,
  type Blanked,
  load,
  Projector,
  Rejected,
  type Log,
  type SnapshotFile,
} from '#eventsourcing';
import { metaOf, VALIDATION_OPTIONS, type Actor } from '#platform';
import { Progress, ProgressProjection, type Filter, type FilterName } from '#progress';
import { agency, entryCode, registers, registersContext, RegistersProjection, type Entry } from '#registers';
import { codec } from '../../apps/api/src/app.module.js';
import {
  ACTIVITIES,
  AGENCIES,
  becoming,
  BODY,
  date,
  DOCUMENTS,
  FOLLOWED_UP,
  meant,
  REFERENCES,
  THEMES,
  type Step,
} from './acts.js';
import type { RawEvent } from './naive-views.js';
import { amend, enter } from '../../libs/registers/src/testing/an-entry.js';
import '../../libs/bodies/src/testing/real-forms.js';
import { runs } from './properties.js';

export { seed } from './properties.js';

const caller = (of?: string): Actor => ({
  account: 'a',
  role: of ? 'focal_point' : 'secretariat',
  agency: of ?? null,
});

const openLog = (): Log => ({ store: new SqliteEventStore(':memory:'), codec: codec() });

/** Tries the steps of a history by the real commands, and counts which were accepted. */
export class History {
  readonly log = openLog();
  readonly #commitments = new Acts(this.log);
  tried = 0;
  accepted = 0;

  static async of(steps: readonly Step[]): Promise<History> {
    const history = new History();
    for (const step of steps) await history.take(step);
    return history;
  }

  /** @returns whether the step was accepted */
  async take(step: Step): Promise<boolean> {
    if ('reference' in step) this.tried++;
    try {
      await this.#do(step);
      if ('reference' in step) this.accepted++;
      return true;
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return false;
    }
  }

  async #do(step: Step): Promise<unknown> {
    if ('register' in step) {
      const entry = step.entry as Entry;
      const known = (await this.log.store.read(`${step.register}-${entryCode(entry)}`)).length > 0;
      const decide = known ? amend(entry) : enter(entry);
      return handle(this.log, registers[step.register] as never, entryCode(entry), decide as never, metaOf(caller()));
    }
    if ('becomes' in step) return handle(this.log, agency, step.code, becoming(step), metaOf(caller()));
    const act = meant(step, (await load(this.log, commitment, step.reference)).state);
    if (validateSync(act.body, VALIDATION_OPTIONS).length > 0)
      throw new Rejected('invalid', 'A body that no request may have.');
    const by = caller(step.by);
    return this.#commitments.execute(new ActCommand('commitment', step.reference, [act], { by, meta: metaOf(by) }));
  }
}

export const projectionsOf = (log: Log) => [...registersContext.projections!(log), new ProgressProjection(log)];

/** The views of a log in memory, not yet filled. */
export class Views {
  readonly projector: Projector;
  readonly progress: Progress;

  /** @param snapshot where they are kept from one process to the next */
  constructor(log: Log, snapshot: SnapshotFile | null = null) {
    this.projector = new Projector(log, projectionsOf(log), () => {}, snapshot);
    this.progress = new Progress(this.projector);
  }

  /** Views of a log that have applied it. */
  static async of(log: Log): Promise<Views> {
    const views = new Views(log);
    await views.catchUp();
    return views;
  }

  /** Applies new events. */
  async catchUp(): Promise<void> {
    await this.projector.start();
    await this.projector.stop();
  }

  /** Everything that is kept, in words: two that say the same are equal, however they came to it. */
  dump() {
    const { columns, dictionaries, references, texts, readings, entries, corrections, rows } =
      this.projector.model(ProgressProjection).columns;
    const said = [];
    for (let row = 0; row < rows; row++) {
      if (columns.until[row] === 0) continue; // its words went
      const coded = Object.entries(dictionaries).map(([name, { keys }]) => [
        name,
        keys[columns[name as keyof typeof dictionaries][row]!],
      ]);
      const { from, since, until, lastReportedOn, leadReportedOn } = columns;
      said.push(
        JSON.stringify([
          ...[references.at(columns.commitment[row]!), from[row], since[row], until[row], lastReportedOn[row]],
          ...[leadReportedOn[row], texts.wording(columns.text[row]!)],
          ...[
            columns.reading[row] === 0 ? null : readings.at(columns.reading[row]! - 1),
            entries.at(columns.entry[row]!),
          ],
          ...[Object.fromEntries(coded)],
        ]),
      );
    }
    const corrected = corrections.map(({ commitment, ...one }) =>
      JSON.stringify({ reference: references.at(commitment), ...one }),
    );
    const registers = this.projector.model(RegistersProjection);
    return { said: said.sort(), corrected: corrected.sort(), registers: JSON.stringify(registers.save()) };
  }
}

/** The events of a log as they stand there. */
export const rawEvents = async (log: Log): Promise<RawEvent[]> =>
  (await log.store.readAll(null, 10_000)).map(({ position, stream, revision, type, meta, data }) => ({
    position: Number(position),
    stream,
    revision,
    type,
    by: meta.agency ?? null,
    data: data === null ? null : JSON.parse(data),
  }));

/** A log that ends at a position; payloads that were erased later are erased in it, too. */
export async function cutAt(log: Log, position: number): Promise<Log> {
  const cut = openLog();
  const events = await decodeAll(log, await log.store.readAll(null, position));
  for (const { stream, revision, name, data, meta } of events) {
    // A blanking that was replaced by a later one names the event of that one.
    const named =
      (data as Partial<Blanked>).left &&
      events.find((e) => e.stream === stream && e.revision === (data as Blanked).revision);
    const encoded = cut.codec.encode(stream.slice(0, stream.indexOf('-')), {
      name,
      data: named ? { ...data, left: named.data } : data,
    });
    await cut.store.append(stream, revision - 1, [encoded], { ...meta, commandId: metaOf(caller()).commandId });
  }
  return cut;
}

export const aDay = fc.oneof(
  { weight: 4, arbitrary: date },
  { weight: 1, arbitrary: fc.constantFrom('2010-06-30', '2012-01-01') },
);
export const clocks = fc.record({ asOf: aDay, staleAfter: fc.constantFrom(1, 11, 12, 13, 24) });
/** Half of the time nothing. */
export const orNothing = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const aRole = fc.constantFrom('lead', 'any', 'co_lead', 'partner', 'funder', undefined) as fc.Arbitrary<Filter['role']>;
const oneOfValues = (...values: string[]) => fc.constantFrom(...values);
/** Filters that the naive views do not know; and those that only shape others. */
type NotAsked =
  | 'crosswalk'
  | 'crosswalkVersion'
  | 'match'
  | 'reached'
  | 'noEquivalent'
  | 'followsUpOutcome'
  | 'framework'
  | 'severalThemes'
  | 'dueFrom'
  | 'dueBy'
  | 'reference'
  | 'role'
  | 'agencies';
/** The values of every other filter: a new one does not compile before it is asked for here, and so of the naive views. */
const FILTER_VALUES: { readonly [N in Exclude<FilterName, NotAsked>]: fc.Arbitrary<Filter[N]> } = {
  agency: oneOfValues(...AGENCIES),
  with: oneOfValues(...AGENCIES),
  memberOf: oneOfValues(BODY),
  joint: fc.boolean(),
  asked: fc.boolean(),
  theme: oneOfValues(...THEMES),
  followsUp: oneOfValues(...FOLLOWED_UP),
  activityId: oneOfValues(...ACTIVITIES.map(({ id }) => id)),
  stage: oneOfValues('in_progress', 'planned,completed'),
  outlook: oneOfValues('on_track', 'at_risk,off_track'),
  verification: oneOfValues('unreviewed', 'documented,corroborated', 'contested,no_evidence'),
  life: oneOfValues('any', 'any', 'merged', 'active,split,withdrawn', 'merged,superseded'),
  relatedTo: oneOfValues(...REFERENCES, 'F-1'),
  relation: oneOfValues('part_of', 'prepares_for'),
  kind: oneOfValues('research', 'research,funding'),
  nature: oneOfValues('standing'),
  strength: oneOfValues('offered'),
  country: oneOfValues('SEN'),
  region: oneOfValues('africa'),
  document: oneOfValues(...DOCUMENTS),
  withActivity: fc.boolean(),
  withTarget: fc.boolean(),
  overdue: fc.boolean(),
  stale: fc.boolean(),
  q: oneOfValues('handbook', 'fund dia', 'HAND', 'aaa', 'if', 'printing'),
  nextStep: oneOfValues('stated', 'none,not_stated'),
  nextBefore: date,
};
/** One or two conditions, so that something is found. */
export const filters: fc.Arbitrary<Filter> = fc
  .tuple(
    fc.record(FILTER_VALUES),
    fc.array(fc.nat(Object.keys(FILTER_VALUES).length - 1), { minLength: 0, maxLength: 2 }),
    aRole,
    fc.constantFrom('then', 'today', undefined),
    fc.constantFrom('part_of', 'prepares_for', undefined),
  )
  .map(([all, picked, role, agencies, relation]): Filter => {
    const chosen: Filter = Object.fromEntries(Object.entries(all).filter((_, i) => picked.includes(i)));
    return { role, agencies, ...(chosen.relatedTo && { relation }), ...chosen };
  });

export const expectAlways = <T>(property: fc.IAsyncProperty<T>, byDay: number, examples: T[] = []): Promise<void> =>
  fc.assert(property, runs(byDay, examples));
