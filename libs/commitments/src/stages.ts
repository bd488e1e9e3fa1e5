/**
 * The stage of a commitment. Lead, co-leads and partners each report their own part; the headline is the lead's. Beside
 * the agency's word stand the secretariat's reading of it and the agency's reply; neither overwrites the other.
 */
import type { Part, Reply, ReportStage, StageEntry, Verification, Verify } from '#bodies';
import { headlineOf, lastReported, type FullDate, type Reported } from '#clocks';
import { Conflict, refused } from '#eventsourcing';
import type { Nature, Stage } from '#words';
import type { Commitment } from './commitment.js';
import { agenciesAsAt, isResponsible, leadsUpTo } from './responsibility.js';
import {
  dataOf,
  datesAreSound,
  forbidden,
  isCited,
  sourceOf,
  type By,
  type Decide,
  type Evolvers,
} from './statement.js';

export const isOpen = (stage: Stage): boolean => stage !== 'completed' && stage !== 'discontinued';

// ── Events and state ────────────────────────────────────────────────────────────────────────────────────────────────

export type StageEvents = {
  /** `agency` is the one that reports; absent: whoever leads as at `reportedOn`. */
  StageReported: ReportStage;
  /** `entry` is the revision of the stage entry that was read. */
  Verified: Verify & { agency: string; entry: number };
  /** `to` is the revision of the reading. */
  Replied: Reply & { agency: string; to: number };
};

export interface Stages {
  readonly entries: readonly StageEntry[];
  readonly readings: readonly (Reported & StageEvents['Verified'])[];
  readonly replies: readonly (Reported & StageEvents['Replied'])[];
}

export const stagesAtFirst: Stages = { entries: [], readings: [], replies: [] };

export const stageEntryOf = (data: ReportStage, revision: number): StageEntry => {
  const { stage, effective, reportedOn, agency, note, citation, citations, outlook } = data;
  return {
    ...{ stage, effective, reportedOn, agency, note, citation, revision },
    ...(citations && { citations }),
    ...(outlook && { outlook }),
  };
};

export const stageEvolvers: Evolvers<StageEvents> = {
  StageReported: (c, { data, revision }) => ({ entries: [...c.entries, stageEntryOf(data, revision)] }),
  Verified: (c, { data, revision }) => ({ readings: [...c.readings, { ...data, revision }] }),
  Replied: (c, { data, revision }) => ({ replies: [...c.replies, { ...data, revision }] }),
};

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

/** The agency whose part an entry is. */
export const partOf = (c: Commitment, { agency, reportedOn }: Pick<StageEntry, 'agency' | 'reportedOn'>): string =>
  agency ?? leadsUpTo(c, reportedOn)[0] ?? '';

/** The entry that an agency's part rests on as at a date (rule 2). */
export const partAsAt = (c: Commitment, agency: string, asOf: FullDate): StageEntry | undefined =>
  headlineOf(
    c.entries.filter((entry) => partOf(c, entry) === agency),
    asOf,
  );

/**
 * The entry that the stage of a commitment rests on: the lead's part. A lead that has said nothing yet stands by what the
 * lead before it said; a commitment of which no lead ever spoke, by whoever did.
 */
export function headlineAsAt(c: Commitment, asOf: FullDate): StageEntry | undefined {
  for (const lead of leadsUpTo(c, asOf)) {
    const part = partAsAt(c, lead, asOf);
    if (part) return part;
  }
  return headlineOf(c.entries, asOf);
}

const readingAsAt = (c: Stages, agency: string, asOf: FullDate) =>
  lastReported(
    c.readings.filter((r) => r.agency === agency),
    asOf,
  );

function verificationAsAt(c: Commitment, agency: string, part: StageEntry | null, asOf: FullDate): Verification | null {
  const reading = readingAsAt(c, agency, asOf);
  if (!reading) return null;
  const { verification, reason, entry, revision } = reading;
  const replies = c.replies
    .filter((reply) => reply.to === revision && reply.reportedOn <= asOf)
    .map((reply) => ({ text: reply.text, agency: reply.agency, ...sourceOf(reply, reply) }));
  return { verification, reason, entry, current: part?.revision === entry, replies, ...sourceOf(reading, reading) };
}

export function stagesAsAt(c: Commitment, headline: StageEntry, asOf: FullDate) {
  const parts = agenciesAsAt(c, asOf)
    .filter(({ role }) => isResponsible(role))
    .map(({ agency, role }): Part => {
      const entry = partAsAt(c, agency, asOf) ?? null;
      return { agency, role, entry, verification: verificationAsAt(c, agency, entry, asOf) };
    });
  const spread: { [S in Stage | 'unreported']?: number } = {};
  for (const { entry } of parts) spread[entry?.stage ?? 'unreported'] = (spread[entry?.stage ?? 'unreported'] ?? 0) + 1;
  return { parts, spread, verification: verificationAsAt(c, partOf(c, headline), headline, asOf) };
}

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A date that no report is after. */
const NOW = '9999-12-31';

/** Whether a stage may be reported; `part` is the agency that reports. */
export function stageIsSound(c: Commitment, act: ReportStage, nature: Nature, part: string, proven: boolean): void {
  if (act.stage === 'completed' && nature === 'standing')
    throw refused(
      'standing_never_completes',
      '/stage',
      'A standing commitment is kept up or not; it is never completed.',
    );
  if (act.stage === 'completed' && !isCited(act) && !proven)
    throw refused('completed_needs_proof', '/citation', 'Completed needs evidence or a citation.');
  if ((act.stage === 'discontinued' || act.stage === 'on_hold') && !act.note)
    throw refused('note_needed', '/note', `${act.stage} needs a note that says why.`);
  const said = c.entries.filter((entry) => partOf(c, entry) === part);
  const goesBack = (asOf: FullDate): boolean => {
    const before = headlineOf(said, asOf);
    return before?.stage === 'completed' && headlineOf([...said, stageEntryOf(act, Infinity)], asOf) !== before;
  };
  if (act.stage !== 'completed' && !act.note && (goesBack(act.reportedOn) || goesBack(NOW)))
    throw refused('note_needed', '/note', 'Going back from completed needs a note that says why.');
}

export function reportingAgency(by: By, named: string | null | undefined): string | undefined {
  if (by.role === 'secretariat') return named ?? undefined;
  if (named && named !== by.agency)
    throw forbidden(`A focal point of ${by.agency} reports for ${by.agency} only, not for ${named}.`);
  return by.agency!;
}

/** Whether anything supports a stage of completed beside a citation of its own. */
export const isProven = (c: Commitment): boolean =>
  c.evidence.length > 0 || [...c.editions, ...c.upkeep].some(({ evidence }) => evidence.length > 0);

export const reportStage: Decide<ReportStage> = (c, act, by, _, now) => {
  const agency = reportingAgency(by, act.agency);
  const then = [...now.agencies, ...agenciesAsAt(c, act.reportedOn)];
  if (agency && !then.some((a) => a.agency === agency && isResponsible(a.role)))
    throw refused('no_part', '/agency', `${agency} is not lead, co-lead or partner, and so has no part to report on.`);
  datesAreSound(by, act.reportedOn, { '/effective': act.effective });
  stageIsSound(c, act, now.nature, agency ?? partOf(c, act), isProven(c));
  return [{ name: 'StageReported', data: { ...dataOf(act), agency } }];
};

/** The part that is read: the one named, or the one that the headline is; and what it rested on by then. */
function partRead(c: Commitment, named: string | null | undefined, reportedOn: FullDate) {
  const headline = headlineAsAt(c, reportedOn);
  const ofHeadline = headline && partOf(c, headline);
  const agency = named ?? ofHeadline ?? '';
  const isPart = agenciesAsAt(c, reportedOn).some((a) => a.agency === agency && isResponsible(a.role));
  const entry = agency === ofHeadline ? headline : isPart ? partAsAt(c, agency, reportedOn) : undefined;
  if (!entry)
    throw new Conflict(
      'nothing_reported',
      `${agency} had reported nothing by ${reportedOn} that could be read.`,
      '/agency',
    );
  return { agency, entry };
}

export const verify: Decide<Verify> = (c, act, by) => {
  datesAreSound(by, act.reportedOn);
  if (act.verification !== 'no_evidence' && !isCited(act))
    throw refused('citation_needed', '/citation', `${act.verification} needs a citation: where can that be read?`);
  const { agency, entry } = partRead(c, act.agency, act.reportedOn);
  return [{ name: 'Verified', data: { ...dataOf(act), agency, entry: entry.revision } }];
};

export const reply: Decide<Reply> = (c, act, by, _, now) => {
  datesAreSound(by, act.reportedOn);
  const agency = act.agency ?? by.agency ?? partOf(c, now.headline);
  if (by.role !== 'secretariat' && agency !== by.agency)
    throw forbidden(`A focal point of ${by.agency} replies for ${by.agency} only, not for ${agency}.`);
  const reading = readingAsAt(c, agency, act.reportedOn);
  if (!reading && readingAsAt(c, agency, by.today))
    throw refused('before_the_reading', '/reportedOn', `The part of ${agency} was not read yet on ${act.reportedOn}.`);
  if (!reading) throw new Conflict('nothing_to_reply_to', `The part of ${agency} is unreviewed.`, '/agency');
  return [{ name: 'Replied', data: { ...dataOf(act), agency, to: reading.revision } }];
};
