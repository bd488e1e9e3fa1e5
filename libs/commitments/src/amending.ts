/** The decisions of correcting, retracting and blanking. */
import type { AgencyRole, Blank, BodyName, Correct, RecordCommitment, Retract, Sourced } from '#bodies';
import { Conflict, fold, Rejected, refused, refusedWithin } from '#eventsourcing';
import type { FullDate } from '#clocks';
import { blankings } from '#registers';
import { commitment, neverSaid, viewAsAt, withoutRetracted, type Commitment } from './commitment.js';
import { statementAt, type CorrectionEvents, type Statement } from './corrections.js';
import { refuseAfterEnd } from './lineage.js';
import { isProven } from './stages.js';
import { forbidden, isCited, type ActorOnDay, type Decide } from './statement.js';

/** The amendment of a wrong event, as the table of acts states it. */
export interface HowAmended {
  readonly body: BodyName;
  readonly decide: Decide<object>;
  readonly afterwards?: true;
  readonly notInEvent?: (data: Record<string, unknown>) => object;
  readonly names?: readonly string[];
  readonly amended?: 'retracted' | 'never' | { readonly [field: string]: 'decided anew' | readonly string[] };
}
type ActOf = (statement: Statement) => HowAmended | undefined;

/** An event that follows from one of another stream is no act, and is amended there. */
export const isRetractable = (act: HowAmended | undefined): act is HowAmended =>
  act !== undefined && act.amended !== 'never';
export const isCorrectable = (act: HowAmended | undefined): act is HowAmended =>
  isRetractable(act) && act.amended !== 'retracted';

export const isInForce = (c: Commitment, { revision }: Statement): boolean =>
  c.changes.get(revision)?.at(-1)?.says !== null;

function refuseUnlessStanding(c: Commitment, was: Statement): void {
  if (!isInForce(c, was)) throw new Conflict('already_retracted', `Revision ${was.revision} was retracted already.`);
}

/** Refuses an amendment with which the whole is less sound than if everything had been said so at once. */
function refuseUnsoundWhole(c: Commitment): void {
  const { nature } = c.recorded!;
  const first = c.completed.at(0);
  if (first && nature === 'standing')
    throw new Rejected('standing_never_completes', `It was reported as completed (revision ${first.revision}).`);
  const bare = isProven(c) ? undefined : c.completed.find((entry) => !isCited(entry));
  if (bare) throw new Rejected('completed_needs_proof', `Revision ${bare.revision}, completed, would rest on nothing.`);
  if (c.editions.all.length > 0 && nature !== 'recurring') throw new Rejected('not_recurring', 'It has had editions.');
  if (c.upkeep.all.length > 0 && nature !== 'standing') throw new Rejected('not_standing', 'Its upkeep was reported.');
}

/** The fields that say who does what, unless the table names others. */
const SPEAKER_FIELDS = ['agency', 'role', 'citation', 'citations'] satisfies (keyof (AgencyRole & Sourced))[];

/** The data of an event with some fields replaced: valid, and decided as if it were new. */
export const correct =
  (actOf: ActOf): Decide<Correct> =>
  (c, { says, reason, citation }, by, on, present) => {
    const was = statementAt(c.said, on.revision);
    const act = actOf(was);
    if (!isCorrectable(act))
      throw new Conflict(
        'not_correctable',
        `${was.name} cannot be corrected; it may be retracted, or answered by another act.`,
      );
    refuseUnlessStanding(c, was);
    const before = (c.changes.get(was.revision)?.at(-1)?.says ?? was.data) as Record<string, unknown>;
    const corrects = (fields: readonly string[]): boolean => fields.some((field) => field in says);
    if (corrects(['reference'])) throw refused('reference_stays', '/says/reference', 'Its reference stays what it is.');
    const { onBehalf } = before as Partial<Sourced>;
    const given = says as Partial<Sourced>;
    if (corrects(['onBehalf']) && (by.role !== 'secretariat' || given.onBehalf?.agency !== onBehalf?.agency))
      throw refused(
        'on_behalf_stays',
        '/says/onBehalf',
        'For whom it was done stays; its authority the secretariat corrects.',
      );
    if (corrects(['newDocument']))
      throw refused(
        'registered_apart',
        '/says/newDocument',
        'Register the document by itself, then correct the citation.',
      );
    const { asked: _, ...merged }: Record<string, unknown> = { ...act.notInEvent?.(before), ...before, ...says };
    for (const [key, value] of Object.entries(merged)) if (Array.isArray(value)) merged[key] = withoutRetracted(value);
    on.forms.check(act.body, says, merged, '/says');
    const numbered = (data: object) => (data as { milestones?: unknown[] | null }).milestones?.length ?? 0;
    if (numbered(before) !== numbered({ ...before, ...says }))
      throw refused(
        'milestones_are_numbered',
        '/says/milestones',
        'Retract a milestone, or add one: their numbers stay.',
      );

    const { agency, milestone } = was.data as { agency?: string; milestone?: number };
    // The corrector's permission decides about named agencies; the maker's decides about all else.
    const speaker: ActorOnDay = corrects(act.names ?? SPEAKER_FIELDS)
      ? by
      : { ...by, role: 'secretariat', agency: null };
    // Other words change nothing that a rule looks at.
    const onlyWords = Object.entries(says).every(([field, text]) => on.forms.isFreeText(field) && text !== null);
    const saidAnew = (): object => {
      const without = neverSaid(c, was);
      const now = viewAsAt(without, by.today) ?? present;
      try {
        return act.decide(without, merged, speaker, { ...on, agency, milestone }, now)[0]!.data;
      } catch (error) {
        throw refusedWithin('/says', error);
      }
    };
    const decided = onlyWords ? { ...before, ...says } : saidAnew();
    const { reportedOn } = decided as { reportedOn: FullDate };
    if (corrects(['reportedOn']) && !act.afterwards) refuseAfterEnd(present, reportedOn);
    const staysUntil = typeof act.amended === 'object' ? act.amended : {};
    const stays = (field: string): boolean => {
      const until = staysUntil[field];
      return !(field in says) && (was.name === 'Recorded' || (Array.isArray(until) && !corrects(until)));
    };
    const fieldsOf = (said: object, chosen: (field: string) => boolean) =>
      Object.fromEntries(Object.entries(said).filter(([field]) => chosen(field)));
    const whatItSays: Record<string, unknown> = {
      ...fieldsOf(decided, (field) => !stays(field)),
      ...fieldsOf(before, stays),
    };
    const behalf = given.onBehalf ?? onBehalf;
    if (behalf) whatItSays['onBehalf'] = behalf;
    const data = { revision: was.revision, says: whatItSays, reason, ...(citation && { citation }) };
    if (!onlyWords) refuseUnsoundWhole(fold(commitment, c, [{ name: 'Corrected', data }], c.said.length - 1, was.by));
    return [{ name: 'Corrected', data }];
  };

/** The items of a record act that can be retracted by themselves. */
export const RETRACTABLE_LISTS = [
  ...(['milestones', 'evidence', 'deliverables', 'relations'] as const),
] satisfies (keyof RecordCommitment)[];
const ITEM_POINTER = new RegExp(`^/(${RETRACTABLE_LISTS.join('|')})/(\\d+)$`);

export const retract =
  (actOf: ActOf): Decide<Retract> =>
  (c, { item, reason, citation }, _, on) => {
    const was = statementAt(c.said, on.revision);
    if (!isRetractable(actOf(was)))
      throw new Conflict('not_correctable', `${was.name} cannot be retracted: answer it by another act.`);
    refuseUnlessStanding(c, was);
    const last = c.changes.get(was.revision)?.at(-1);
    if (was.name === 'Recorded' && !item)
      throw new Rejected(
        'record_stays',
        'The record act stays: correct it, retract an item of it, or withdraw the commitment.',
      );
    if (item) {
      const [, list, index] = ITEM_POINTER.exec(item) ?? [];
      const items = list && ((last?.says ?? was.data) as Record<string, unknown[] | undefined>)[list];
      if (was.name !== 'Recorded' || !items || !items[Number(index)])
        throw refused('no_such_item', '/item', `There is no ${item} in revision ${was.revision}.`);
    }
    const data = { revision: was.revision, reason, ...(item && { item }), ...(citation && { citation }) };
    refuseUnsoundWhole(fold(commitment, c, [{ name: 'Retracted', data }], c.said.length - 1, was.by));
    return [{ name: 'Retracted', data }];
  };

/** The same words are also in the corrections of an event: they go, too. */
export const blank: Decide<Blank> = (c, act, by, { revision, forms }) => {
  if (by.role !== 'secretariat') throw forbidden('Only the secretariat blanks what must go.');
  return blankings(c.said.toArray(), statementAt(c.said, revision), act, {
    isFreeText: forms.isFreeText,
    versionOf: ({ name }) => 1 + (commitment.upcasts?.[name]?.length ?? 0),
    saidAgain: ({ name, data }) =>
      name === 'Corrected' && (data as CorrectionEvents['Corrected']).revision === revision ? '/says' : null,
  });
};
