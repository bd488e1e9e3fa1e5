/**
 * Turns a submitted return into ordinary acts on the commitments: all or none. Everything is rehearsed first; then one
 * event holds all acts; then each is recorded by a command whose id follows from that event, so that it is recorded
 * once, by any process and however often. A process that is killed in between is resumed by the projector of another
 * one, or by its own at its next start. Where something else was recorded between rehearsal and act, so that an act is
 * refused, the submission is taken back.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { v5 as uuidv5 } from 'uuid';
import { ActCommand, Acts, rehearsalOf, type CommitmentAct } from '#acts';
import {
  classOf,
  type NewCommitment,
  type NilReturn,
  type ReportStage,
  type ReturnComment,
  type ReturnDraft,
  type SendBackReturn,
} from '#bodies';
import { ACTS, commitment, REFERENCE_PATTERN, referenceTakenBy, type ActName } from '#commitments';
import {
  canonicalJson,
  handle,
  load,
  refused,
  Rejected,
  streamOf,
  type FieldError,
  type Log,
  type Meta,
  type Projection,
  type Recorded,
} from '#eventsourcing';
import { cleanBody, metaOfPart, actorOf, validated } from '#platform';
import {
  aReturn,
  returnId,
  returnOf,
  supports,
  type ActInReturn,
  type ReturnEvents,
  type ReturnSoFar,
} from './return.js';

type SubmittedData = ReturnEvents['Submitted'];

// ── From a draft to acts ────────────────────────────────────────────────────────────────────────────────────────────

/** An act of an earlier submission that still stands, and where it is recorded. */
export interface StandingAct extends ActInReturn {
  readonly command: string;
  readonly recordedAt: { readonly reference: string; readonly revision: number };
}

const submissionCommand = (submission: string, index: number, { command }: ActInReturn): string =>
  command ?? uuidv5(String(index), submission);

/** The acts that a return says, each at its place in the draft, in the order in which they are recorded. */
export function actsInReturn(content: SubmittedData['content']): ActInReturn[] {
  const acts: ActInReturn[] = content.commitments.flatMap(({ reference, says, note, acts }, i): ActInReturn[] => {
    const at = `/commitments/${i}`;
    if (says === 'no_change') return [{ at, act: 'confirm' as const, reference, body: note ? { note } : {} }];
    if (says === 'not_assessed') return [];
    const said = (acts ?? []).map(({ act, milestone, body }, k) => ({
      ...{ at: `${at}/acts/${k}`, act, reference, body },
      ...(milestone !== undefined && milestone !== null && { milestone }),
    }));
    return [...said.filter(supports), ...said.filter((one) => !supports(one))];
  });
  // Hardly anything keeps a new commitment from being recorded: they come last.
  const added = (content.newCommitments ?? []).map(({ body }, i) => ({
    ...{ at: `/newCommitments/${i}`, act: 'record' as const, reference: null, body },
  }));
  return [...acts, ...added];
}

/** A draft without the bodies of its acts, which the event holds beside it. */
export const withoutActs = (content: SubmittedData['content']): SubmittedData['content'] => ({
  ...content,
  commitments: content.commitments.map(({ acts: _acts, ...rest }) => rest),
  ...(content.newCommitments && { newCommitments: [] }),
});

/** The place of an act among those of its commitment, in the draft. */
const indexOfAct = ({ at }: ActInReturn): number => Number(at.split('/').at(-1));

/** A submission as it was written. */
export function contentOf({ content, acts }: SubmittedData): SubmittedData['content'] {
  const by = Map.groupBy(
    acts.filter(({ act }) => act !== 'retract'),
    ({ at }) => /^\/commitments\/(\d+)\/acts\//.exec(at)?.[1],
  );
  const commitments = content.commitments.map((one, i) => {
    if (one.says !== 'update') return one;
    const said = (by.get(String(i)) ?? [])
      .toSorted((one, other) => indexOfAct(one) - indexOfAct(other))
      .map(({ act, milestone, body }) => ({ act, ...(milestone && { milestone }), body }));
    return { ...one, acts: said as NonNullable<typeof one.acts> };
  });
  const newCommitments = acts.flatMap(({ act, body }) =>
    act === 'record' ? { body: body as NewCommitment['body'] } : [],
  );
  return { ...content, commitments, ...(content.newCommitments && { newCommitments }) };
}

/** The places of comments: the parts of a return, or the word of a nil return. */
const COMMENT_PLACES: readonly (string | undefined)[] = [
  'commitments',
  'newCommitments',
  'answers',
  'narratives',
  'note',
] satisfies (keyof ReturnDraft | keyof NilReturn)[];

const stepInto = (place: unknown, step: string): unknown =>
  typeof place === 'object' && place !== null && Object.hasOwn(place, step) ? place[step as never] : undefined;

/**
 * Comments are about places in the last submission, or about fields that are missing there.
 * @throws Rejected `unknown_reference`
 */
export function leadSomewhere({ submissions }: ReturnSoFar, body: Partial<SendBackReturn & ReturnComment>): void {
  const last = submissions.at(-1);
  const content = last ? contentOf(last.said) : {};
  for (const [i, { at }] of (body.comments ?? [body]).entries()) {
    if (!at) continue;
    const way = at.split('/').slice(1);
    const around = way.slice(0, -1).reduce<unknown>(stepInto, content);
    const isThere = Array.isArray(around) ? Object.hasOwn(around, way.at(-1)!) : typeof around === 'object';
    if (!COMMENT_PLACES.includes(way[0]) || !isThere)
      throw refused(
        'unknown_reference',
        body.comments ? `/comments/${i}/at` : '/at',
        `${at} leads to no place in what was submitted.`,
      );
  }
}

/** The draft of a return that is changed after it was submitted: a new commitment in it is like any other by now. */
export const draftAgain = (said: SubmittedData): SubmittedData['content'] => ({
  ...contentOf(said),
  newCommitments: [],
});

const sameAct = (one: ActInReturn, other: ActInReturn): boolean =>
  one.act === other.act &&
  one.reference === other.reference &&
  one.milestone === other.milestone &&
  canonicalJson(one.body) === canonicalJson(other.body);

/**
 * The acts of a submission: unchanged statements stay, changed ones are retracted first, or last if others rest on
 * them.
 * @param earlier the acts of earlier submissions that still stand
 */
export function planActs(acts: readonly ActInReturn[], earlier: readonly StandingAct[]): ActInReturn[] {
  const left = [...earlier];
  const said = acts.map((act) => {
    const same = left.findIndex((one) => sameAct(one, act));
    return same < 0 ? act : { ...act, command: left.splice(same, 1)[0]!.command };
  });
  const reason = 'Said otherwise in the return as it was submitted again.';
  const back = left
    .filter(({ act }) => act !== 'record' && act !== 'retract')
    .toReversed()
    .map((one): ActInReturn => {
      const { reference, revision } = one.recordedAt;
      const at = acts.find((act) => act.reference === reference)?.at ?? '';
      return { at, act: 'retract', reference, revision, body: { reason } };
    });
  const supporting = new Set(left.filter(supports).map(({ recordedAt }) => revisionKey(recordedAt)));
  const isSupport = ({ reference, revision }: ActInReturn) => supporting.has(revisionKey({ reference, revision }));
  return [...back.filter((one) => !isSupport(one)), ...said, ...back.filter(isSupport)];
}

const revisionKey = ({ reference, revision }: { reference: string | null; revision?: number }) =>
  `${reference} ${revision}`;

/** The fields that a submission has for all of its acts. */
type DatedReturn = Pick<SubmittedData, 'reportedOn' | 'onBehalf'>;

/** The act as its own route would take it. @throws Rejected `invalid`, with pointers into its body */
function commandFor(act: ActInReturn, { reportedOn, onBehalf }: DatedReturn, agency: string): CommitmentAct {
  const { act: name, body: said, milestone, revision } = act;
  const line = ACTS[name as ActName];
  const Body = classOf(line.body) as new () => object;
  const dated = name === 'retract' ? said : { ...said, reportedOn };
  const more = { ...(NAMES_REPORTER.has(name) && { agency }), ...(onBehalf && { onBehalf }) };
  const body = validated(Body, cleanBody(Body, { ...dated, ...more }));
  return { act: name, body, milestone, revision } as CommitmentAct;
}

const NAMES_REPORTER: ReadonlySet<string> = new Set(
  Object.entries(ACTS).flatMap(([name, line]) => ('namesReporter' in line && line.namesReporter ? name : [])),
);

/** The fields that the return says for all of its acts. */
const FIELDS_SAID_BY_RETURN = ['reportedOn', 'agency', 'onBehalf'] as const satisfies (keyof ReportStage)[];

/**
 * Tries all acts of a submission, each after those before it; nothing is recorded.
 * @returns the refusals, with pointers into the draft
 */
export async function rehearse(
  log: Log,
  acts: readonly ActInReturn[],
  of: DatedReturn,
  agency: string,
  meta: Meta,
): Promise<FieldError[]> {
  const rehearsal = new Acts(await rehearsalOf(log));
  const faults: FieldError[] = [];
  for (const [index, act] of acts.entries()) {
    if (act.command) continue;
    await turn(); // other requests have theirs in between
    const at = act.act === 'retract' ? act.at : act.act === 'confirm' ? act.at : `${act.at}/body`;
    const beside = FIELDS_SAID_BY_RETURN.filter((field) => field in act.body);
    for (const field of beside) faults.push({ pointer: `${at}/${field}`, message: `${field} is that of the return` });
    if (beside.length > 0) continue;
    try {
      await rehearsal.execute(commandIn(act, index, of, agency, meta));
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      const found = error.errors.length > 0 ? error.errors : [{ pointer: '', message: error.message }];
      for (const { pointer, message } of found) faults.push({ pointer: at + pointer, message });
    }
  }
  return faults;
}

/** @param meta of which the id of the command is made */
function commandIn(act: ActInReturn, index: number, of: DatedReturn, agency: string, meta: Meta) {
  const said = commandFor(act, of, agency);
  const reference = act.reference ?? (said.body as { reference?: string | null }).reference ?? null;
  if (act.reference === null && reference !== null && !REFERENCE_PATTERN.test(reference))
    throw new Rejected('bad_reference', `${reference} is not a reference.`, [
      { pointer: '/reference', message: `${reference} is not a reference` },
    ]);
  return new ActCommand('commitment', reference, [said], { by: actorOf(meta), meta: metaOfPart(meta, index) });
}

// ── From acts to events ─────────────────────────────────────────────────────────────────────────────────────────────

/** A submission as it stands in the log. */
export type SubmittedEvent = Pick<Recorded, 'id' | 'revision' | 'meta'> & { readonly data: SubmittedData };

/** The meta of the consequences of a submission: its actor, and itself as the cause. */
const metaOf = ({ id, meta }: SubmittedEvent): Meta => ({ ...meta, commandId: id, causationId: id });

const outcomeOf = ({ submissions }: ReturnSoFar, revision: number) =>
  submissions.find((one) => one.revision === revision)?.outcome;

/**
 * Records all acts of a submission, or takes it back. It may be done again, by several processes at once.
 * @returns the position of the last event that this wrote
 * @throws Rejected when it was taken back
 */
export async function apply(log: Log, round: string, agency: string, submission: SubmittedEvent): Promise<string> {
  const id = returnId(round, agency);
  const { acts } = submission.data;
  const meta = metaOf(submission);
  const engine = new Acts(log);
  const { revision } = submission;
  for (const [index, act] of acts.entries()) {
    if (act.command) continue;
    try {
      await engine.execute(commandIn(act, index, submission.data, agency, meta));
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      const { code, message: reason } = error;
      await settle(log, id, submission, { name: 'TakenBack', data: { revision, at: act.at, code, reason } });
      break;
    }
  }
  const { state, position } = await settle(log, id, submission, { name: 'Applied', data: { revision } });
  if (outcomeOf(state, revision) === 'taken_back') {
    await takeBack(log, submission);
    const why = await staleSubmission(log, id, revision);
    throw why;
  }
  return position;
}

type Outcome = { [N in 'Applied' | 'TakenBack']: { name: N; data: ReturnEvents[N] } }['Applied' | 'TakenBack'];

/** The first outcome of a submission is its outcome; another one changes nothing. */
const settle = (log: Log, id: string, submission: SubmittedEvent, outcome: Outcome) =>
  handle(log, aReturn, id, (state) => (outcomeOf(state, submission.revision) === 'under_way' ? [outcome] : []), {
    ...metaOf(submission),
    commandId: uuidv5(outcome.name, submission.id),
  });

async function staleSubmission(log: Log, id: string, revision: number): Promise<Rejected> {
  const { state } = await load(log, aReturn, id);
  const told = state.said.find(
    ({ name, data }) => name === 'TakenBack' && (data as ReturnEvents['TakenBack']).revision === revision,
  )!.data as ReturnEvents['TakenBack'];
  const message = `Something else was recorded meanwhile, so that nothing of the return was: ${told.reason}`;
  return new Rejected('taken_back', message, [{ pointer: told.at, message: told.reason }], 'conflict');
}

/** The events of the acts of a submission, as far as they are recorded, the last first. */
async function* recordedBy(log: Log, submission: SubmittedEvent) {
  const { acts } = submission.data;
  for (const [index, act] of [...acts.entries()].toReversed()) {
    if (act.command) continue;
    const command = submissionCommand(submission.id, index, act);
    const reference = act.reference ?? (await referenceOf(log, act, submission, command));
    if (reference === null) continue;
    const event = (await log.store.read(streamOf(commitment, reference))).find(
      ({ meta }) => meta.commandId === command,
    );
    if (event) yield { act, command, reference, revision: event.revision, id: event.id };
  }
}

/** The commitments that submissions newly recorded, in the order in which they said so. */
export async function recordedIn(
  log: Log,
  submissions: readonly SubmittedEvent[],
): Promise<{ readonly reference: string; readonly body: Readonly<Record<string, unknown>> }[]> {
  const found = [];
  for (const submission of submissions)
    for (const [index, act] of submission.data.acts.entries()) {
      if (act.act !== 'record' || act.command) continue;
      const reference = await referenceOf(log, act, submission, submissionCommand(submission.id, index, act));
      if (reference !== null) found.push({ reference, body: act.body as Readonly<Record<string, unknown>> });
    }
  return found;
}

/** The reference of a commitment that a submission recorded: the number that its command took. */
async function referenceOf(
  log: Log,
  { body }: ActInReturn,
  { data }: SubmittedEvent,
  command: string,
): Promise<string | null> {
  const { reference, agencies } = body as { reference?: string | null; agencies: { agency: string; role: string }[] };
  if (reference) return reference;
  const lead = agencies.find(({ role }) => role === 'lead')!.agency;
  return referenceTakenBy(log, lead, data.reportedOn.slice(0, 4), command);
}

async function takeBack(log: Log, submission: SubmittedEvent): Promise<void> {
  const meta = metaOf(submission);
  const reason = 'Not all of the return could be recorded, so none of it was.';
  for await (const { act, reference, revision, id } of recordedBy(log, submission)) {
    const of = { ...meta, commandId: uuidv5('taken back', id) };
    const { reportedOn } = submission.data;
    await handle(
      log,
      commitment,
      reference,
      ({ changes, ends }) => {
        if (act.act === 'record')
          return ends.length > 0 ? [] : [{ name: 'Withdrawn' as const, data: { reason, reportedOn } }];
        return changes.get(revision)?.at(-1)?.says === null
          ? []
          : [{ name: 'Retracted' as const, data: { revision, reason } }];
      },
      of,
    );
  }
}

/** The acts of earlier submissions that nobody has retracted since. */
export async function standingOf(log: Log, submissions: readonly SubmittedEvent[]): Promise<StandingAct[]> {
  const found = new Map<string, StandingAct>();
  for (const submission of submissions)
    for await (const { act, command, reference, revision } of recordedBy(log, submission)) {
      const { state } = await load(log, commitment, reference);
      if (state.changes.get(revision)?.at(-1)?.says === null) continue;
      found.set(command, { ...act, command, recordedAt: { reference, revision } });
    }
  return [...found.values()].toReversed();
}

/** Finishes submissions that a process was killed in the middle of. */
export const submittingProjection = (
  log: Log,
  applied: (round: string, agency: string) => Promise<void>,
): Projection => ({
  name: 'submitting',
  version: 1,
  acts: true,
  on: {
    [`${aReturn.category}.Submitted`]: async (event: Recorded<SubmittedData>) => {
      const { round, agency } = returnOf(event.stream);
      const { state } = await load(log, aReturn, returnId(round, agency));
      const outcome = outcomeOf(state, event.revision);
      try {
        if (outcome === 'under_way') await apply(log, round, agency, event);
        if (outcome === 'taken_back') await takeBack(log, event);
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
      }
      // It may have been killed before the submitted draft was deleted.
      if (outcome !== 'taken_back') await applied(round, agency);
    },
  },
});
