/**
 * An act on a commitment with a long history against one with a short one: the cost of its command, the cost of its
 * event for the views, and how long other work stands still, also with nothing of the commitment in memory.
 */
import { v7 as uuidv7 } from 'uuid';
import { Acts, ActCommand, type CommitmentAct } from '#acts';
import { commitment } from '#commitments';
import { SqliteEventStore } from '#event-store-sqlite';
import { Projector, recentStreams, streamOf, type EncodedEvent, type Log } from '#eventsourcing';
import { ProgressProjection } from '#progress';
import { join } from 'node:path';
import { codec } from '../apps/api/src/app.module.js';
import { cpu, inScratch, median, standstillOf } from './measure.js';

const LENGTHS = (process.env['BENCH_LENGTHS'] ?? '20,2000,20000').split(',').map(Number);
/** Acts of which the median is told. */
const MEASURED_ACTS = 200;
const REFERENCE = 'IOM-1990-01';

const dayOf = (n: number): string => new Date(Date.UTC(1990, 0, 1) + n * 43_200_000).toISOString().slice(0, 10);

interface Kind {
  readonly event: (n: number) => { readonly name: string; readonly data: object };
  readonly act: (n: number) => CommitmentAct;
}

/** The acts of a long history, each told on a later day than the one before. */
const ACT_KINDS: Readonly<Record<string, Kind>> = {
  'stages reported': {
    event: (n) => ({ name: 'StageReported', data: stage(n) }),
    act: (n) => ({ act: 'reportStage', body: stage(n) }) as CommitmentAct,
  },
  'evidence attached': {
    event: (n) => ({ name: 'EvidenceAttached', data: { title: `Report ${n}`, reportedOn: dayOf(n) } }),
    act: (n) =>
      ({ act: 'attachEvidence', body: { title: `Report ${n}`, reportedOn: dayOf(n) } }) as unknown as CommitmentAct,
  },
  'milestones added': {
    event: (n) => ({ name: 'MilestoneAdded', data: { milestone: n, title: `Step ${n}`, reportedOn: dayOf(n) } }),
    act: (n) =>
      ({ act: 'addMilestone', body: { title: `Step ${n}`, reportedOn: dayOf(n) } }) as unknown as CommitmentAct,
  },
  'stages reported, of which one is corrected': {
    event: (n) => ({ name: 'StageReported', data: stage(n) }),
    act: (n) =>
      ({ act: 'correct', revision: 3, body: { says: { note: `Note ${n}` }, reason: 'Misread' } }) as CommitmentAct,
  },
  'stages reported, of which one is corrected to another stage': {
    event: (n) => ({ name: 'StageReported', data: stage(n) }),
    act: (n) => {
      const says = { stage: n % 2 ? 'on_hold' : 'planned', note: `Note ${n}` };
      return { act: 'correct', revision: 3, body: { says, reason: 'Misread' } } as CommitmentAct;
    },
  },
  'evidence attached, of which one is corrected': {
    event: (n) => ({ name: 'EvidenceAttached', data: { title: `Report ${n}`, reportedOn: dayOf(n) } }),
    act: (n) =>
      ({ act: 'correct', revision: 3, body: { says: { title: `Title ${n}` }, reason: 'Misread' } }) as CommitmentAct,
  },
  'stages reported, the last first': {
    event: (n) => ({ name: 'StageReported', data: stage(25_000 - n) }),
    act: (n) => ({ act: 'reportStage', body: stage(25_000 - n) }) as CommitmentAct,
  },
};

const stage = (n: number) => ({
  ...{ stage: n % 2 ? 'in_progress' : 'planned', effective: dayOf(n), reportedOn: dayOf(n), agency: 'IOM' },
  note: null,
});

const recordedOn = (n: number) => ({
  ...{ title: 'Study', summary: 'A study', kind: 'research', nature: 'one_off', strength: 'undertaken' },
  ...{ agencies: [{ agency: 'IOM', role: 'lead' }], themes: [], stage: 'planned', effective: dayOf(n) },
  ...{ reportedOn: dayOf(n), agency: 'IOM' },
});

const benchActor = { account: 'bench', role: 'secretariat', agency: null } as const;
function meta() {
  const commandId = uuidv7();
  return { actor: 'bench', agency: null, role: 'secretariat', commandId, correlationId: commandId, causationId: null };
}

const stream = streamOf(commitment, REFERENCE);

async function fill(log: Log, kind: Kind, length: number): Promise<void> {
  const encoded = (one: { name: string; data: object }) => log.codec.encode(commitment.category, one);
  const first = kind.event(1).data as { reportedOn: string };
  const last = kind.event(length).data as { reportedOn: string };
  const day = first.reportedOn < last.reportedOn ? 0 : 25_000;
  const events: EncodedEvent[] = [encoded({ name: 'Recorded', data: recordedOn(day) })];
  for (let n = 1; n < length; n++) events.push(encoded(kind.event(n)));
  const agency = log.codec.encode('agency', { name: 'Registered', data: { code: 'IOM', name: 'IOM', kind: 'igo' } });
  await log.store.append('agency-IOM', -1, [agency], meta());
  for (let at = 0; at < length; at += 500) await log.store.append(stream, at - 1, events.slice(at, at + 500), meta());
}

interface Measured {
  /** µs of CPU. */
  readonly command: number;
  readonly views: number;
  /** ms of CPU. */
  readonly standstill: number;
  /** Of the first act and its event, when nothing is in memory, ms of CPU, and the longest standstill. */
  readonly cold: number;
  readonly coldStandstill: number;
}

async function measure(folder: string, kind: Kind, length: number): Promise<Measured> {
  const store = new SqliteEventStore(join(folder, `${length}.db`));
  const log: Log = { store, codec: codec(), recent: recentStreams() };
  await fill(log, kind, length);
  const projector = new Projector(log, [new ProgressProjection(log)]);
  await projector.start();
  await projector.stop();
  const acts = new Acts(log);
  const act = (n: number) =>
    acts.execute(
      new ActCommand('commitment', REFERENCE, [kind.act(n)], { by: benchActor, meta: meta() } as never) as never,
    );
  const follow = async () => {
    await projector.start();
    await projector.stop();
  };

  // Other commitments take the place of this one in memory.
  await fillOthers(log);
  await follow();
  log.recent?.clear();
  let begun = cpu();
  const coldStandstill = await standstillOf(async () => {
    await act(length);
    await follow();
  });
  const cold = cpu() - begun;

  const [commands, views]: [number[], number[]] = [[], []];
  for (let n = 1; n <= MEASURED_ACTS; n++) {
    begun = cpu();
    const done = await act(length + n);
    commands.push((cpu() - begun) * 1000);
    begun = cpu();
    await follow();
    views.push((cpu() - begun) * 1000);
    if (projector.position() !== done.position) throw new Error('The views do not follow.');
  }
  const standstill = await standstillOf(async () => {
    for (let n = 1; n <= MEASURED_ACTS; n++) {
      await act(length + MEASURED_ACTS + n);
      await follow();
    }
  });
  await store.close();
  return { command: median(commands), views: median(views), standstill, cold, coldStandstill };
}

/** 6,000 events of other commitments: more than the views keep. */
async function fillOthers(log: Log): Promise<void> {
  for (let c = 0; c < 60; c++) {
    const event = (n: number) => log.codec.encode(commitment.category, { name: 'StageReported', data: stage(n) });
    const events = [log.codec.encode(commitment.category, { name: 'Recorded', data: recordedOn(0) })];
    for (let n = 1; n < 100; n++) events.push(event(n));
    await log.store.append(streamOf(commitment, `ILO-1990-${c + 10}`), -1, events, meta());
  }
}

const rows = [];
for (const [name, kind] of Object.entries(ACT_KINDS)) {
  let short: Measured | undefined;
  for (const length of LENGTHS) {
    const one = await inScratch((folder) => measure(folder, kind, length));
    short ??= one;
    rows.push({
      history: name,
      events: length,
      'command, µs CPU': Math.round(one.command),
      'its event in the views, µs CPU': Math.round(one.views),
      'against the shortest': ((one.command + one.views) / (short.command + short.views)).toFixed(2),
      'longest standstill, ms CPU': one.standstill.toFixed(1),
      'cold, ms CPU': Math.round(one.cold),
      'cold, longest standstill, ms CPU': one.coldStandstill.toFixed(1),
    });
  }
}
console.table(rows);
