/**
 * A log of any size, of the shape of the real one: its registers as they are, and commitments made of the real ones'
 * parts (title, kind, nature, agencies, themes, outcomes followed up …), spread over twenty years in which every agency
 * answers a round or two a year, with some reports late, corrected or in between. The same seed gives the same log.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { CommitmentEvents, Stage } from '#commitments';
import { SqliteEventStore } from '#event-store-sqlite';
import { canonicalJson, eventId, Projector, type EncodedEvent, type Log } from '#eventsourcing';
import { Imports, jsonFolderAt } from '#exchange';
import { SCOPES } from '#words';
import { AppModule, codec, openStores } from '../apps/api/src/app.module.js';
import { settingsFrom } from '../apps/api/src/settings.js';

export interface Size {
  readonly events: number;
  readonly commitments: number;
  readonly agencies: number;
  readonly seed: number;
}

const [FIRST_YEAR, LAST_DAY] = [2006, '2026-10-31'];
const DAY_MS = 86_400_000;

/** The real catalogue, imported. */
export async function realLog(folder: string): Promise<Log> {
  const settings = settingsFrom({ DATA_DIR: folder });
  const app = await NestFactory.createApplicationContext(AppModule.with(settings, await openStores(settings)), {
    logger: false,
  });
  await app.init();
  await app.get(Projector).start();
  const by = { account: 'import', role: 'secretariat', agency: null, scopes: SCOPES, sees: 'all' } as const;
  const store = new SqliteEventStore(join(folder, 'log.db'));
  await app.get(Imports).importFolder(jsonFolderAt('data/hld-follow-up'), by);
  await app.close();
  return { store, codec: codec() };
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Data = Partial<Record<string, unknown>> & { readonly reportedOn: string };
interface DatedEvent {
  /** The day on which it was recorded. */
  readonly on: string;
  readonly stream: string;
  readonly event: EncodedEvent;
}

/** The usual stage after a stage, as in the real histories; most reports say the same again. */
const NEXT_STAGES: Readonly<Record<Stage, readonly Stage[]>> = {
  proposed: ['proposed', 'planned', 'in_progress', 'discontinued'],
  planned: ['planned', 'in_progress', 'in_progress', 'on_hold'],
  in_progress: ['in_progress', 'in_progress', 'in_progress', 'completed'],
  on_hold: ['on_hold', 'in_progress', 'discontinued'],
  completed: ['completed'],
  discontinued: ['discontinued'],
};

/**
 * Makes the log at `file`, once.
 * @param on hears how many events are written
 */
export async function bigLog(file: string, size: Size, on: (events: number) => void = () => {}): Promise<Log> {
  if (!existsSync(file)) {
    const made = `${file}.making`;
    const folder = `${file}.real`;
    for (const old of [made, folder]) rmSync(old, { recursive: true, force: true });
    await fill(made, await realLog(folder), size, on);
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, file);
  }
  return { store: new SqliteEventStore(file), codec: codec() };
}

async function fill(file: string, real: Log, size: Size, on: (events: number) => void): Promise<void> {
  const random = chance(size.seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const all = await real.store.readAll(null, 1_000_000);
  await real.store.close();

  let now = Date.parse(`${FIRST_YEAR}-01-01`);
  const store = new SqliteEventStore(file, () => now);
  const meta = (commandId: string) => ({
    ...{ actor: 'account-bench', agency: null, role: 'secretariat' },
    ...{ commandId, correlationId: commandId, causationId: null },
  });
  let commands = 0;
  const command = () =>
    eventId('01900000-0000-7000-8000-000000000000', `command-${size.seed}-${commands++}`, 0).replace(/-8/, '-7');
  const registers = [...Map.groupBy(all, ({ stream }) => stream)].filter(
    ([stream]) => !/^(commitment|numbering)-/.test(stream),
  );
  const encoded = (event: { type: string; version: number; data: string | null }) => ({
    ...{ type: event.type, version: event.version, data: event.data! },
  });
  const agencies = registers.flatMap(([stream]) => (stream.startsWith('agency-') ? stream.slice(7) : []));
  for (let n = agencies.length; n < size.agencies; n++) agencies.push(`NET-${n}`);
  for (const [stream, events] of registers) await store.append(stream, -1, events.map(encoded), meta(command()));
  const network = all.find(({ type }) => type === 'agency.Registered')!;
  for (const code of agencies.filter((one) => one.startsWith('NET-'))) {
    const data = canonicalJson({ ...(JSON.parse(network.data!) as object), code, name: `Network ${code.slice(4)}` });
    await store.append(`agency-${code}`, -1, [{ ...encoded(network), data }], meta(command()));
  }

  // The days on which an agency answers a round.
  const days = new Map<string, string[]>();
  const roundsOf = (agency: string): string[] => {
    const known = days.get(agency);
    if (known) return known;
    const rounds = [];
    for (let year = FIRST_YEAR; year <= 2026; year++)
      for (const month of [3, 9]) rounds.push(dayOf(year, month, Math.floor(random() * 28)));
    days.set(
      agency,
      rounds.filter((day) => day <= LAST_DAY),
    );
    return days.get(agency)!;
  };

  const templates = all
    .filter(({ type, revision }) => type === 'commitment.Recorded' && revision === 0)
    .map(({ data }) => JSON.parse(data!) as CommitmentEvents['Recorded']);
  const said = (name: string, data: Data): EncodedEvent => ({
    type: `commitment.${name}`,
    version: 1,
    data: packed(canonicalJson(data)),
  });
  const told: DatedEvent[] = [];
  const numbers = new Map<string, number>();
  const registered = registers.length + size.agencies;
  const perCommitment = (size.events - registered) / size.commitments;

  for (let made = 0; made < size.commitments; made++) {
    const template = pick(templates);
    const other = pick(agencies);
    const lead = random() < 0.7 ? template.agencies.find(({ role }) => role === 'lead')!.agency : other;
    const others = template.agencies.filter(({ role, agency }) => role !== 'lead' && agency !== lead);
    const rounds = roundsOf(lead);
    // More of them in later years; the rest of the events is told in the rounds after it, one or two a round.
    const from = Math.floor(Math.sqrt(random()) * rounds.length * 0.85);
    const first = rounds[Math.min(from, rounds.length - 1)]!;
    const year = first.slice(0, 4);
    const number = (numbers.get(lead + year) ?? 0) + 1;
    numbers.set(lead + year, number);
    const stream = `commitment-${lead}-${year}-${String(number).padStart(2, '0')}`;
    const target = template.target
      ? { ...template.target, date: String(Number(year) + 1 + Math.floor(random() * 4)) }
      : undefined;
    const { relations: _r, evidence: _e, milestones: _m, citation: _c, ...rest } = template;
    const add = (on: string, name: string, data: Data) => told.push({ on, stream, event: said(name, data) });
    add(first, 'Recorded', {
      ...rest,
      agencies: [{ agency: lead, role: 'lead' }, ...others],
      ...{ agency: lead, effective: year, reportedOn: first, target },
      title: `${template.title} (${made})`,
    });
    let stage: Stage = template.stage;
    const more = Math.max(0, Math.round(perCommitment - 1 + (random() - 0.5) * 10));
    for (let n = 0; n < more; n++) {
      const round = rounds[Math.min(from + 1 + Math.floor((n * (rounds.length - from)) / more), rounds.length - 1)]!;
      const between = random() < 0.2;
      const on = between ? dayAfter(round, Math.floor(random() * 120)) : round;
      const late = random() < 0.03;
      const reportedOn = late ? dayAfter(on, -Math.floor(random() * 400)) : on;
      if (reportedOn < first) continue;
      const effective = reportedOn.slice(0, 7);
      const kind = random();
      if (kind < 0.7) {
        stage = template.nature === 'standing' ? 'in_progress' : pick(NEXT_STAGES[stage]);
        add(on, 'StageReported', { agency: lead, effective, note: `As told in ${on.slice(0, 7)}`, reportedOn, stage });
      } else if (kind < 0.9)
        add(on, 'EvidenceAttached', { date: effective, reportedOn, title: `Report of ${effective}`, language: 'en' });
      else if (kind < 0.95)
        add(on, 'TargetSet', { date: String(Number(reportedOn.slice(0, 4)) + 1), note: 'agreed anew', reportedOn });
      else if (kind < 0.98 && others.length === 0)
        add(on, 'AgencyAdded', {
          agency: other === lead ? pick(agencies.filter((a) => a !== lead)) : other,
          role: 'partner',
          reportedOn,
          effective,
        });
      else add(on, 'WordingAmended', { title: `${template.title} (${made}, ${n})`, reportedOn });
    }
  }
  told.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  const revisions = new Map<string, number>();
  for (let i = 0; i < told.length; i += 2_000) {
    const batch = told.slice(i, i + 2_000);
    now = Date.parse(batch[0]!.on) + (i % DAY_MS);
    await Promise.all(
      batch.map(({ stream, event }) => {
        const revision = revisions.get(stream) ?? -1;
        revisions.set(stream, revision + 1);
        return store.append(stream, revision, [event], meta(command()));
      }),
    );
    on(registered + i + batch.length);
  }
  await store.close();
}

/** The text as one piece: a string that is joined of many takes five times as much memory. */
const packed = (text: string): string => Buffer.from(text).toString();

const dayOf = (year: number, month: number, day: number): string =>
  new Date(Date.UTC(year, month, 1 + day)).toISOString().slice(0, 10);

function dayAfter(day: string, days: number): string {
  const on = new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
  return on > LAST_DAY ? LAST_DAY : on;
}
