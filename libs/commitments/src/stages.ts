/**
 * The stage of a commitment. Lead, co-leads and partners each report their own part; the headline is the lead's. Beside
 * the agency's word stand the secretariat's reading of it and the agency's reply; neither overwrites the other.
 */
import type { CommitmentAsAt, Confirm, Part, Reply, ReportStage, StageEntry, Verification, Verify } from '#bodies';
import { Facts, inLogOrder, outranks, Ranking, Series, type FullDate, type Reported } from '#clocks';
import { Conflict, refused } from '#eventsourcing';
import { LATEST_DATE } from '#registers';
import { STAGES, type Nature, type NextStepWord, type Stage } from '#words';
import type { Commitment } from './commitment.js';
import { agenciesAsAt, isResponsible, leadAsAt } from './responsibility.js';
import {
  dataOf,
  refuseUnsoundDates,
  forbidden,
  isCited,
  sourceOf,
  type ActorOnDay,
  type Decide,
  type Evolvers,
  type FieldFunctions,
} from './statement.js';

/** The next step of a report. */
export const nextStepWord = ({ nextStep, noNextStep }: Pick<ReportStage, 'nextStep' | 'noNextStep'>): NextStepWord =>
  nextStep ? 'stated' : noNextStep ? 'none' : 'not_stated';

export const isOpen = (stage: Stage): boolean => stage !== 'completed' && stage !== 'discontinued';

// ── Events and state ────────────────────────────────────────────────────────────────────────────────────────────────

export type StageEvents = {
  /** `agency` is the one that reports; absent: the lead as at `reportedOn`. */
  StageReported: ReportStage;
  /** It says nothing new and is a report all the same: a sign of life, and no stage entry. */
  Confirmed: Confirm;
  /** `entry` is the revision of the stage entry that was read. */
  Verified: Verify & { agency: string; entry: number };
  /** `to` is the revision of the reading. */
  Replied: Reply & { agency: string; to: number };
};

type VerifiedReading = Reported & StageEvents['Verified'];

export interface Stages {
  readonly entries: Series<StageEntry>;
  /** Those of them that say that it is completed. */
  readonly completed: Series<StageEntry>;
  /** The entry that each part rests on, by agency; and the one for the whole if no lead ever spoke. */
  readonly parts: ReadonlyMap<string, Ranking<StageEntry>>;
  readonly anybody: Ranking<StageEntry>;
  /** By the agency whose part was read. */
  readonly readings: ReadonlyMap<string, Facts<VerifiedReading>>;
  /** In the order of the readings that they reply to. */
  readonly replies: Series<Reported & StageEvents['Replied']>;
}

export const stagesAtFirst: Stages = {
  entries: Series.of(),
  completed: Series.of(),
  parts: new Map(),
  anybody: Ranking.none,
  readings: new Map(),
  replies: Series.of(),
};

export const stageEntryOf = (data: ReportStage, revision: number): StageEntry => {
  const { stage, effective, reportedOn, agency, note, citation, citations, outlook, onBehalf } = data;
  const { nextStep, nextStepDue, noNextStep } = data;
  const entry: { -readonly [F in keyof StageEntry]: StageEntry[F] } = {
    stage,
    effective,
    reportedOn,
    agency,
    note,
    citation,
    revision,
  };
  if (citations) entry.citations = citations;
  if (onBehalf) entry.onBehalf = onBehalf;
  if (outlook) entry.outlook = outlook;
  if (nextStep) entry.nextStep = nextStep;
  if (nextStepDue) entry.nextStepDue = nextStepDue;
  if (noNextStep) entry.noNextStep = noNextStep;
  return entry;
};

/** The commitment with one more entry. */
export function withEntry(c: Commitment, entry: StageEntry): Omit<Stages, 'readings' | 'replies'> {
  const part = agencyOfPart(c, entry);
  const known = c.parts.get(part);
  const parts = new Map(c.parts).set(part, (known ?? Ranking.none).with(entry));
  const completed = entry.stage === 'completed' ? inLogOrder(c.completed, entry) : c.completed;
  return { entries: inLogOrder(c.entries, entry), completed, parts, anybody: c.anybody.with(entry) };
}

/** The parts anew, after the lead has moved: an entry that names no agency may be the part of another one by that. */
export function partsAnew(c: Commitment): Pick<Stages, 'parts'> {
  const parts = new Map<string, Ranking<StageEntry>>();
  for (const entry of c.entries) {
    const part = agencyOfPart(c, entry);
    parts.set(part, (parts.get(part) ?? Ranking.none).with(entry));
  }
  return { parts };
}

export const stageEvolvers: Evolvers<StageEvents> = {
  StageReported: (c, { data, revision }) => withEntry(c, stageEntryOf(data, revision)),
  Confirmed: () => ({}),
  Verified: (c, { data, revision }) => {
    const readings = (c.readings.get(data.agency) ?? Facts.none).with({ ...data, revision });
    return { readings: new Map(c.readings).set(data.agency, readings) };
  },
  Replied: (c, { data, revision }) => {
    const at = c.replies.count((one) => one.to < data.to || (one.to === data.to && one.revision <= revision));
    return { replies: c.replies.spliced(at, 0, { ...data, revision }) };
  },
};

// ── As at a date ────────────────────────────────────────────────────────────────────────────────────────────────────

/** The agency whose part an entry is. */
export const agencyOfPart = (
  c: Commitment,
  { agency, reportedOn }: Pick<StageEntry, 'agency' | 'reportedOn'>,
): string => agency ?? leadAsAt(c, reportedOn) ?? '';

/** The entry that an agency's part rests on as at a date (rule 2). */
export const partAsAt = (c: Stages, agency: string, asOf: FullDate): StageEntry | undefined =>
  c.parts.get(agency)?.asAt(asOf);

/**
 * The entry that the stage of a commitment rests on: the lead's part. Before a new lead has said anything, it is the
 * former lead's; if no lead ever spoke, that of the agency that did.
 */
export function headlineAsAt(c: Commitment, asOf: FullDate): StageEntry | undefined {
  const leads = c.leads.upTo(asOf);
  for (let at = leads.length - 1; at >= 0; at--) {
    const part = partAsAt(c, leads[at]!.agency, asOf);
    if (part) return part;
  }
  return c.anybody.asAt(asOf);
}

const readingAsAt = (c: Stages, agency: string, asOf: FullDate): VerifiedReading | undefined =>
  c.readings.get(agency)?.asAt(asOf);

function verificationAsAt(c: Commitment, agency: string, part: StageEntry | null, asOf: FullDate): Verification | null {
  const reading = readingAsAt(c, agency, asOf);
  if (!reading) return null;
  const { verification, reason, entry, revision } = reading;
  const replies = c.replies
    .between(
      c.replies.count(({ to }) => to < revision),
      c.replies.count(({ to }) => to <= revision),
    )
    .filter(({ reportedOn }) => reportedOn <= asOf)
    .map((reply) => ({ text: reply.text, agency: reply.agency, ...sourceOf(reply, reply) }));
  return { verification, reason, entry, current: part?.revision === entry, replies, ...sourceOf(reading, reading) };
}

export const stageFields: FieldFunctions<'stage' | 'headline' | 'parts' | 'spread' | 'verification' | 'entries'> = {
  stage: (_, __, { headline }) => headline.stage,
  headline: (c, asOf) => headlineAsAt(c, asOf)!,
  parts: (c, asOf, { agencies }) =>
    agencies
      .filter(({ role }) => isResponsible(role))
      .map(({ agency, role }): Part => {
        const entry = partAsAt(c, agency, asOf) ?? null;
        return { agency, role, entry, verification: verificationAsAt(c, agency, entry, asOf) };
      }),
  spread: (c, asOf, { agencies }) => {
    const spread: { [S in Stage | 'unreported']?: number } = {};
    for (const { agency, role } of agencies) {
      if (!isResponsible(role)) continue;
      const stage = partAsAt(c, agency, asOf)?.stage ?? 'unreported';
      spread[stage] = (spread[stage] ?? 0) + 1;
    }
    return spread;
  },
  verification: (c, asOf, { headline }) => verificationAsAt(c, agencyOfPart(c, headline), headline, asOf),
  entries: (c, asOf) => c.entries.filter(({ reportedOn }) => reportedOn <= asOf),
};

// ── Rules ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The stages that a commitment of a nature can be at: a standing one is kept up or not, and never completed. */
export const stagesOf = (nature: Nature): readonly Stage[] =>
  nature === 'standing' ? STAGES.filter((stage) => stage !== 'completed') : STAGES;

/** Refuses a stage that may not be reported; `part` is the agency that reports. */
export function refuseUnsoundStage(
  c: Commitment,
  act: ReportStage,
  nature: Nature,
  part: string,
  proven = isProven(c),
): void {
  if (!stagesOf(nature).includes(act.stage))
    throw refused(
      'standing_never_completes',
      '/stage',
      'A standing commitment is kept up or not; it is never completed.',
    );
  if (act.noNextStep && act.nextStep)
    throw refused('contradiction', '/noNextStep', 'There is a next step, or there is none.');
  if (act.nextStepDue && !act.nextStep)
    throw refused('next_step_needed', '/nextStep', `Say what is due by ${act.nextStepDue}.`);
  if (act.stage === 'completed' && !isCited(act) && !proven)
    throw refused('completed_needs_proof', '/citation', 'Completed needs evidence or a citation.');
  if ((act.stage === 'discontinued' || act.stage === 'on_hold') && !act.note)
    throw refused('note_needed', '/note', `${act.stage} needs a note that says why.`);
  const goesBack = (asOf: FullDate): boolean => {
    const before = partAsAt(c, part, asOf);
    return before?.stage === 'completed' && outranks(stageEntryOf(act, Infinity), before);
  };
  if (act.stage !== 'completed' && !act.note && (goesBack(act.reportedOn) || goesBack(LATEST_DATE)))
    throw refused('note_needed', '/note', 'Going back from completed needs a note that says why.');
}

export function reportingAgency(by: ActorOnDay, named: string | null | undefined): string | undefined {
  if (by.role === 'secretariat') return named ?? undefined;
  if (named && named !== by.agency)
    throw forbidden(`A focal point of ${by.agency} reports for ${by.agency} only, not for ${named}.`);
  return by.agency!;
}

/** Whether anything supports a stage of completed beside a citation of its own. */
export const isProven = (c: Commitment): boolean =>
  c.evidence.length > 0 ||
  [c.editions.all, c.upkeep.all].some((told) => told.some(({ evidence }) => evidence.length > 0));

/** The agency that reports on its part; `undefined`: the lead as at the report. @throws Rejected `no_part` */
function reporterOf(c: Commitment, act: Confirm, by: ActorOnDay, now: CommitmentAsAt): string | undefined {
  const agency = reportingAgency(by, act.agency);
  const then = [...now.agencies, ...agenciesAsAt(c, act.reportedOn)];
  if (agency && !then.some((a) => a.agency === agency && isResponsible(a.role)))
    throw refused('no_part', '/agency', `${agency} is not lead, co-lead or partner, and so has no part to report on.`);
  return agency;
}

export const reportStage: Decide<ReportStage> = (c, act, by, _, now) => {
  const agency = reporterOf(c, act, by, now);
  refuseUnsoundDates(by, act.reportedOn, { '/effective': act.effective });
  refuseUnsoundStage(c, act, now.nature, agency ?? agencyOfPart(c, act));
  return [{ name: 'StageReported', data: { ...dataOf(act), agency } }];
};

export const confirm: Decide<Confirm> = (c, act, by, _, now) => {
  const agency = reporterOf(c, act, by, now);
  refuseUnsoundDates(by, act.reportedOn);
  if (!headlineAsAt(c, act.reportedOn))
    throw refused('nothing_to_confirm', '/reportedOn', `Nothing was reported yet on ${act.reportedOn}.`);
  return [{ name: 'Confirmed', data: { ...dataOf(act), agency } }];
};

/** The part that is read: the one named, or that of the headline; and the entry that it rested on by then. */
function partRead(c: Commitment, named: string | null | undefined, reportedOn: FullDate) {
  const headline = headlineAsAt(c, reportedOn);
  const ofHeadline = headline && agencyOfPart(c, headline);
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
  refuseUnsoundDates(by, act.reportedOn);
  if (act.verification !== 'no_evidence' && !isCited(act))
    throw refused('citation_needed', '/citation', `${act.verification} needs a citation: where can that be read?`);
  const { agency, entry } = partRead(c, act.agency, act.reportedOn);
  return [{ name: 'Verified', data: { ...dataOf(act), agency, entry: entry.revision } }];
};

export const reply: Decide<Reply> = (c, act, by, _, now) => {
  refuseUnsoundDates(by, act.reportedOn);
  const agency = act.agency ?? by.agency ?? agencyOfPart(c, now.headline);
  if (by.role !== 'secretariat' && agency !== by.agency)
    throw forbidden(`A focal point of ${by.agency} replies for ${by.agency} only, not for ${agency}.`);
  const reading = readingAsAt(c, agency, act.reportedOn);
  if (!reading && readingAsAt(c, agency, by.today))
    throw refused('before_the_reading', '/reportedOn', `The part of ${agency} was not read yet on ${act.reportedOn}.`);
  if (!reading) throw new Conflict('nothing_to_reply_to', `The part of ${agency} is unreviewed.`, '/agency');
  return [{ name: 'Replied', data: { ...dataOf(act), agency, to: reading.revision } }];
};
