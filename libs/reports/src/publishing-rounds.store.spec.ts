import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { SqliteDraftsStore, type DraftsStore } from '#drafts';
import { decodeAll, EventCodec, handle, Rejected, StoreUnavailable, type Conflict, type Log } from '#eventsourcing';
import { metaOf } from '#platform';
import { numbering } from '#commitments';
import { registers, type Registers } from '#registers';
import { Rounds, round, roundsCatalogs, type Listener } from '#rounds';
import { MemoryEventStore } from '../../eventsourcing/src/testing/memory-event-store.js';
import { SILENT_LISTENER } from '../../rounds/src/testing/a-round.js';
import { killedAt } from '../../rounds/src/testing/killed.js';
import { PublicationDrafts } from './publication-drafts.js';
import { ReportJobs } from './jobs.js';
import { Publishing } from './publishing.js';
import { PublishingOrders } from './publishing.controller.js';
import { publishingProjection, ReportsOfRounds } from './publishing-rounds.js';

// Errors of a process that is killed on purpose need not be logged.
beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['error']));

const CODE = 'CM-2012';
const SYMBOL = 'CM/2012/1';
const deskActor = { account: 'desk', agency: null, role: 'secretariat' } as const;
const commandContext = () => ({ by: deskActor, meta: metaOf(deskActor) });
const FILES = [{ language: 'en' as const, format: 'md', sha256: 'a'.repeat(64), bytes: 1 }];
const READY = { knownAt: '1', log: 'l', template: 1, software: 's', publishedOn: '2012-02-09', files: FILES };
const WORDS = { section: 'summary', language: 'en', text: 'Thanks to all.' };
const WHOLE_PUBLICATION = ['Registered', 'NarrativeWritten', 'Published'];

type Moment = 'made' | 'decided';

/** One process that publishes; the content of the report is no matter here. */
class Process {
  readonly drafts: PublicationDrafts;
  readonly rounds: Rounds;
  readonly jobs: ReportJobs;
  readonly orders: PublishingOrders;
  /** The moments of making the report: its files are made, their publishing is decided. */
  readonly at: Partial<Record<Moment, () => Promise<void>>> = {};
  /** The making of a report that is not published: its agency is all that tells it apart. */
  makes: (agency: string) => Promise<never> = () => Promise.reject(new Error('Nobody ordered a report.'));

  constructor(
    readonly log: Log,
    readonly store: DraftsStore,
  ) {
    this.drafts = new PublicationDrafts(store);
    const made = {
      refuseImpossible: async () => undefined,
      ready: async (draft: never, context: never, { told, deciding }: Listener) => {
        await told(0, 1);
        await this.at.made?.();
        await deciding();
        await this.at.decided?.();
        return this.drafts.close(draft, READY, context);
      },
    };
    const reports = new ReportsOfRounds(log, made as never, this.drafts, { reached: async () => true } as never);
    this.rounds = new Rounds(log, store, {} as Registers, reports);
    const publishing = new Publishing(this.rounds, {} as never);
    const asFiles = {
      query: (_: string, parameters: object) => parameters,
      make: (_: string, { agency }: { agency: string }) => this.makes(agency),
    };
    const kept = { folder: '/nowhere', hours: 1 };
    this.jobs = new ReportJobs(store, asFiles as never, { last: 0 } as never, kept, publishing);
    this.orders = new PublishingOrders(this.jobs, publishing);
  }

  order = (context: ReturnType<typeof commandContext>) => this.orders.round(CODE, { publication: SYMBOL }, context);

  publish = (context = commandContext()) =>
    this.rounds.publish(CODE, { publication: SYMBOL }, context, SILENT_LISTENER);

  /** The work of its projector at a start. */
  async resume(): Promise<void> {
    const { on } = publishingProjection(this.log, this.drafts);
    for (const event of await this.events()) await on[event.type]?.(event as never, null as never);
  }

  events = async () => decodeAll(this.log, await this.log.store.readAll(null, 1_000));
  of = async (stream: string) => (await this.events()).filter((one) => one.stream.startsWith(stream));
}

/** A closed round, and its report in preparation with words that were added. */
async function closed(): Promise<Process> {
  const codec = new EventCodec([...roundsCatalogs, numbering, ...Object.values(registers)]);
  const process = new Process({ store: new MemoryEventStore(), codec }, new SqliteDraftsStore(':memory:'));
  const day = { on: '2012-02-09' };
  const asked = { code: CODE, name: 'Follow-up', asOf: '2012-02-09', opens: '2011-12-01', deadline: '2012-01-20' };
  const events = [
    { name: 'Opened' as const, data: { ...asked, expected: { agencies: ['IOM'] }, agencies: ['IOM'], ...day } },
    { name: 'Closed' as const, data: day },
  ];
  await handle(process.log, round, CODE, () => events, commandContext().meta);
  await process.drafts.begin(
    { id: SYMBOL, kind: 'synthesis', parameters: { round: CODE }, asOf: asked.asOf },
    commandContext(),
  );
  await process.drafts.write(SYMBOL, WORDS, commandContext());
  return process;
}

const killed = ({ log, store }: Process, write: number, when: 'before' | 'after', died?: () => void): Process => {
  const dying = killedAt(write, when, died);
  return new Process({ ...log, store: dying(log.store) }, dying(store));
};

/** Everybody that was killed while the round is published, one write further each time. */
async function* killings() {
  for (const when of ['before', 'after'] as const)
    for (let write = 1; ; write++) {
      const process = await closed();
      const context = commandContext();
      const publishing = killed(process, write, when).publish(context);
      const error = await publishing.then(() => null).catch((thrown: unknown) => thrown);
      if (!(error instanceof StoreUnavailable)) break;
      yield { process, context };
    }
}

const namesOf = async (process: Process, stream: string) => (await process.of(stream)).map(({ name }) => name);
const isPublished = async (process: Process) => (await namesOf(process, 'round-')).includes('Published');

describe('A process that is killed at any step of publishing a round', () => {
  it('leaves it unpublished, or published with its whole report, once, by whoever goes on', async () => {
    const found = new Set<boolean>();
    for await (const { process, context } of killings()) {
      await process.resume();
      const was = await isPublished(process);
      found.add(was);
      expect(await namesOf(process, 'publication-')).toEqual(was ? WHOLE_PUBLICATION : []);
      expect(((await process.drafts.read(SYMBOL)) === null) === was).toBe(true);
      // The secretariat gives the same command again, as it had no answer; and again.
      for (let times = 0; times < 2; times++) await process.publish(context);
      await process.resume();
      expect(await namesOf(process, 'publication-')).toEqual(WHOLE_PUBLICATION);
      expect(await publishedIn(process)).toBe(1);
      const [, words, published] = await process.of('publication-');
      expect([words!.data, published!.data]).toEqual([WORDS, READY]);
      expect(published!.meta.causationId).toBe((await process.of('round-')).at(-1)!.id);
      expect(await process.drafts.read(SYMBOL)).toBeNull();
    }
    expect(found).toEqual(new Set([false, true]));
  });
  it('would leave a round published without its report if nobody went on (the control)', async () => {
    const found = new Set<string>();
    for await (const { process } of killings())
      found.add(`${await isPublished(process)} ${(await namesOf(process, 'publication-')).length}`);
    expect(found).toEqual(new Set(['false 0', 'true 0', 'true 3']));
  });
  it('is resumed by several at once, while the secretariat tries again, and nothing is published twice', async () => {
    for await (const { process } of killings()) {
      const others = [1, 2, 3].map(() => new Process(process.log, process.store));
      await Promise.allSettled([...others.map((one) => one.resume()), process.publish()]);
      await process.resume();
      const was = await isPublished(process);
      expect(await namesOf(process, 'publication-')).toEqual(was ? WHOLE_PUBLICATION : []);
    }
  });
});

/** Every job that publishes the round and whose process was killed, one write further each time. */
async function* killedJobs() {
  for (const when of ['before', 'after'] as const)
    for (let write = 1, goesOn = true; goesOn; write++) {
      const process = await closed();
      const context = commandContext();
      goesOn = await new Promise<boolean>((ends, fails) => {
        const dying = killed(process, write, when, () => ends(true));
        void dying
          .order(context)
          .then(({ id }) => endedJob(dying, id))
          .then(() => ends(false))
          .catch((error: unknown) => (error instanceof StoreUnavailable ? ends(true) : fails(error)));
      });
      // Questions to the store by then end.
      await pause(1);
      if (goesOn) yield { process, context };
    }
}

const publishedIn = async (process: Process) =>
  (await namesOf(process, 'round-')).filter((name) => name === 'Published').length;

async function endedJob({ jobs }: Process, id: string) {
  for (;;) {
    const job = await jobs.onePublishing(id);
    if (job.endedAt !== null) return job;
    await pause(1);
  }
}

describe('A process that is killed at any step of the job that publishes a round', () => {
  it('leaves it to the next one, which publishes it once, with its whole report', async () => {
    const states = new Set<string>();
    for await (const { process, context } of killedJobs()) {
      const there = await process.jobs.lastPublishingOf({ round: CODE, publication: SYMBOL });
      states.add(there?.state ?? 'none');
      const next = new Process(process.log, process.store);
      next.jobs.start();
      // Where it was killed before the order was kept, the secretariat gives it again; else it is the same job.
      const { id } = await next.order(context);
      expect(await endedJob(next, id)).toMatchObject({ state: 'done', problem: null });
      await next.resume();
      expect(await namesOf(next, 'publication-')).toEqual(WHOLE_PUBLICATION);
      expect(await publishedIn(next)).toBe(1);
      expect(await next.drafts.read(SYMBOL)).toBeNull();
      await next.jobs.beforeApplicationShutdown();
    }
    expect(states).toEqual(new Set(['none', 'waiting', 'reading', 'writing', 'publishing', 'done']));
  });
  it('would leave it as it is if nobody went on (the control)', async () => {
    const found = new Set<boolean>();
    for await (const { process } of killedJobs()) found.add(await isPublished(process));
    expect(found).toEqual(new Set([false, true]));
  });
});

describe('A job that publishes a round', () => {
  it('is one of two orders that come at once, and publishes it', async () => {
    const process = await closed();
    const [one, other] = await Promise.all([process.order(commandContext()), process.order(commandContext())]);
    expect(other.id).toBe(one.id);
    expect(await endedJob(process, one.id)).toMatchObject({ state: 'done', problem: null });
    await process.jobs.beforeApplicationShutdown();
  });
  it('is one of many orders that come at once to two servers, and what is over makes way for the next', async () => {
    const one = await closed();
    const other = new Process(one.log, one.store);
    const atOnce = async () => {
      const orders = await Promise.allSettled([one, other, one, other].map((server) => server.order(commandContext())));
      return new Set(orders.map((order) => (order.status === 'fulfilled' ? order.value.id : String(order.reason))));
    };
    const [id, ...others] = [...(await atOnce())];
    expect(others).toEqual([]);
    expect((await one.store.list('report-job')).length).toBe(1);
    await one.jobs.cancelPublishing(id!);
    expect([...(await atOnce())]).toEqual([id]);
    expect(await endedJob(other, id!)).toMatchObject({ state: 'done', problem: null });
    expect(await namesOf(one, 'publication-')).toEqual(WHOLE_PUBLICATION);
    for (const server of [one, other]) await server.jobs.beforeApplicationShutdown();
  });
  it('is another one where what is published is another (the control)', async () => {
    const process = await closed();
    const ofRound = process.order(commandContext());
    const ofNone = process.jobs.publish(
      { round: null, publication: 'OTHER', prepared: 1 } as never,
      commandContext().meta,
    );
    expect((await ofNone).id).not.toBe((await ofRound).id);
    await process.jobs.beforeApplicationShutdown();
  });
  it('is cancelled until it is recorded, and leaves nothing behind; after that nothing stops it', async () => {
    const cancelledAt = async (moment: Moment) => {
      const process = await closed();
      const tried: string[] = [];
      process.at[moment] = async () => {
        const cancelled = process.jobs.cancelPublishing(id);
        tried.push(await cancelled.then(({ state }) => state).catch(({ code }: Conflict) => code));
      };
      const { id } = await process.order(commandContext());
      const { state } = await endedJob(process, id);
      const [prepared, published] = [await process.drafts.read(SYMBOL), await namesOf(process, 'publication-')];
      return [tried, state, prepared?.content.ready ?? null, prepared === null, published];
    };
    expect(await cancelledAt('made')).toEqual([['cancelled'], 'cancelled', null, false, []]);
    expect(await cancelledAt('decided')).toEqual([['being_published'], 'done', null, true, WHOLE_PUBLICATION]);
  });
});

describe('A server that makes a long report', () => {
  const aReport = (agency: string) =>
    ({ kind: 'agency', parameters: { agency }, asOf: '2012-02-09', knownAt: '1', since: null, format: 'csv' }) as never;

  it('puts it back for what is to be published, and makes it, and those that wait, after that', async () => {
    const process = await closed();
    const done: string[] = [];
    const [begun, ordered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    process.makes = async (agency) => {
      done.push(agency);
      begun.resolve();
      await ordered.promise;
      throw new Rejected('not_found', 'It is made; what it says is no matter here.');
    };
    process.at.decided = async () => void done.push(SYMBOL);
    const first = await process.jobs.order(aReport('IOM'), 'reader');
    await begun.promise;
    await pause(2); // the turn is by the millisecond of the order
    const waiting = await process.jobs.order(aReport('ILO'), 'reader');
    const { id } = await process.order(commandContext());
    ordered.resolve();
    expect(await endedJob(process, id)).toMatchObject({ state: 'done' });
    for (const one of [first, waiting])
      expect(await process.jobs.over(one.id, 10_000)).toMatchObject({ state: 'failed', attempts: 1 });
    expect(done).toEqual(['IOM', SYMBOL, 'IOM', 'ILO']);
    await process.jobs.beforeApplicationShutdown();
  });
});

describe('The symbol of a report of a round', () => {
  it('is refused where it is that of another report, and nothing is published', async () => {
    const process = await closed();
    await process.drafts.begin({ id: 'OTHER', kind: 'synthesis', asOf: '2012-02-09' }, commandContext());
    const published = process.rounds.publish(CODE, { publication: 'OTHER' }, commandContext(), SILENT_LISTENER);
    await expect(published).rejects.toMatchObject({ code: 'already_registered' });
    expect(await isPublished(process)).toBe(false);
  });
  it('of two that publish at once one does, and the other hears so', async () => {
    const process = await closed();
    const both = await Promise.allSettled([process.publish(), process.publish()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await namesOf(process, 'publication-')).toEqual(WHOLE_PUBLICATION);
  });
});
