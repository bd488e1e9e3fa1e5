/** The table of acts on the registers, which the secretariat keeps: everything that is said of an act once. */
import type { Body, BodyName } from '#bodies';
import type { Aggregate, EventMap, NewEvent } from '#eventsourcing';
import type { Scope } from '#words';
import type { ActLine, DecideEntry, NoneLeft, OnEntry } from './act.js';
import * as agencies from './agency.js';
import * as crosswalks from './crosswalk.js';
import { unknownCode } from './unknown-code.js';
import * as outcomes from './outcome.js';
import * as publications from './publication.js';
import { amend, blank, enter, registers, type Entry, type Register } from './register.js';

// ── A line of the table ─────────────────────────────────────────────────────────────────────────────────────────────

type Decision<A> = (state: never, act: A, on: OnEntry) => NewEvent[];

interface Definition<A, D> extends Omit<ActLine, 'body' | 'yields'> {
  readonly decide: D;
  readonly ownedBy?: keyof A & string;
}

const act = <E extends string, B extends BodyName, D extends Decision<Body<B>>>(
  yields: E,
  body: B,
  definition: Definition<Body<B>, D>,
) => ({ ...definition, yields, body });

type EventsOf<R extends Register> = (typeof registers)[R] extends Aggregate<infer _, infer Events> ? Events : never;
type EventName<R extends Register> = keyof EventsOf<R> & string;

/** An act that fits a register: it yields one of its events, and is decided on its state. */
interface Fitting<R extends Register> extends ActLine {
  readonly yields: EventName<R>;
  readonly decide: (state: (typeof registers)[R]['initial'], act: never, on: OnEntry) => NewEvent<EventsOf<R>>[];
}

/** The acts on the entries of a register: while one of its events has none, this does not compile. */
const actsOf = <R extends Register, T extends Readonly<Record<string, Fitting<R>>>>(
  _: R,
  acts: T & NoneLeft<'actFor', Exclude<EventName<R>, T[keyof T]['yields']>>,
): T => acts;

/** The acts that every register has, of which an entry is a `body`. */
const onEntries = <B extends BodyName, En extends Decision<Body<B>>, Am extends Decision<Body<B>>>(
  kind: Register,
  plural: string,
  body: B,
  decide: { readonly enter: En; readonly amend: Am },
  scope: Scope = 'register',
) => ({
  enter: act('Registered', body, {
    button: 'Register it',
    path: '',
    scope,
    summary: `Register: ${kind}`,
    description: 'By the secretariat. Its code stands for it in every address, and is never changed.',
    operationId: `register${body}`,
    conflict: 'The code is taken',
    decide: decide.enter,
  }),
  amend: act('Amended', body, {
    button: 'Amend it',
    path: 'amend',
    scope,
    summary: `Amend: ${kind}; the body replaces what it says`,
    description: 'By the secretariat. Fields that the body leaves out are gone; the history keeps the former content.',
    operationId: `amend${body}`,
    decide: decide.amend,
  }),
  blank: act('Blanked', 'Blank', {
    button: 'Remove words',
    path: 'history/:revision/blank',
    scope: 'admin',
    summary: `Blank words of one of the ${plural}`,
    description: 'The same words at the same place of its other revisions go with them. The rest stays as it is.',
    operationId: `blank${body}`,
    conflict: 'It is a blanking itself, of which only the reason can be blanked',
    decide: blank(kind),
  }),
});

const RETRACTING_ACT = { button: 'Take it back', path: 'history/:revision/retract', scope: 'register' } as const;
const ENTRY_HAS_ENDED = 'It has ended already';

const publicationActs = onEntries(
  'publication',
  'publications',
  'Publication',
  { enter: publications.registerPublication, amend },
  'publish',
);
const documentActs = onEntries('document', 'documents', 'Document', { enter, amend });

// ── The table ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Every act on the entries of each register. */
export const REGISTER_ACTS = {
  agency: actsOf('agency', {
    rename: act('Renamed', 'RenameAgency', {
      button: 'Rename it',
      path: 'rename',
      scope: 'register',
      summary: 'An agency gets another name from a date on',
      description: 'By the secretariat. Views show the agency under the name that it had on the date.',
      operationId: 'renameAgency',
      decide: agencies.rename,
    }),
    merge: act('Merged', 'MergeAgency', {
      button: 'Merge it into another',
      path: 'merge',
      scope: 'register',
      summary: 'An agency becomes part of another',
      description: 'By the secretariat. The other stands for it in views under today’s agencies.',
      operationId: 'mergeAgency',
      conflict: ENTRY_HAS_ENDED,
      decide: agencies.merge,
    }),
    dissolve: act('Dissolved', 'DissolveAgency', {
      button: 'It has ended',
      path: 'dissolve',
      scope: 'register',
      summary: 'An agency ends; another may take its place',
      description: 'By the secretariat, with the successor, if there is one.',
      operationId: 'dissolveAgency',
      conflict: ENTRY_HAS_ENDED,
      decide: agencies.dissolve,
    }),
    join: act('Joined', 'JoinBody', {
      button: 'It joins a body',
      path: 'join',
      scope: 'register',
      summary: 'An agency becomes a member of a body',
      description: 'By the secretariat, from a date on that may be known to the year only.',
      operationId: 'joinBody',
      conflict: 'It is a member of it then already',
      decide: agencies.join,
    }),
    leave: act('Left', 'LeaveBody', {
      button: 'It leaves a body',
      path: 'leave',
      scope: 'register',
      summary: 'An agency leaves a body that it is a member of',
      description: 'By the secretariat. Its work as a member stays counted so.',
      operationId: 'leaveBody',
      conflict: 'It has left it already',
      decide: agencies.leave,
    }),
    chair: act('Chaired', 'ChairBody', {
      button: 'It chairs a body',
      path: 'chair',
      scope: 'register',
      summary: 'A member chairs a body for a time',
      description: 'By the secretariat. The end may be open.',
      operationId: 'chairBody',
      conflict: 'It chairs it then already',
      decide: agencies.chair,
    }),
    retract: act('Retracted', 'RetractDatedAct', {
      ...RETRACTING_ACT,
      summary: 'Take back a dated act that was a mistake',
      description: 'By the secretariat. It is then as if it had never been said; the history keeps it.',
      operationId: 'retractAgencyAct',
      conflict: 'It is no dated act, or was taken back already',
      decide: agencies.retract,
    }),
    ...onEntries('agency', 'agencies', 'Agency', { enter, amend }),
  }),
  framework: actsOf('framework', onEntries('framework', 'frameworks', 'Framework', { enter, amend })),
  theme: actsOf('theme', onEntries('theme', 'themes', 'Theme', { enter, amend })),
  crosswalk: actsOf('crosswalk', {
    publish: act('Published', 'PublishVersion', {
      button: 'Publish a version',
      path: 'versions',
      scope: 'register',
      summary: 'Publish a version of a crosswalk, which takes the place of the one before',
      description:
        'By the secretariat, for the institution that made it. Each version says everything anew; as at a date the last one reported by then holds.',
      operationId: 'publishCrosswalkVersion',
      decide: crosswalks.publish,
    }),
    retract: act('Retracted', 'RetractDatedAct', {
      ...RETRACTING_ACT,
      summary: 'Take back a version that was a mistake',
      description: 'By the secretariat. The version before it holds again; the history keeps both.',
      operationId: 'retractCrosswalkVersion',
      conflict: 'It is no version, or was taken back already',
      decide: crosswalks.retractVersion,
    }),
    ...onEntries('crosswalk', 'crosswalks', 'Crosswalk', { enter: crosswalks.setUp, amend: crosswalks.retitle }),
  }),
  forum: actsOf('forum', onEntries('forum', 'forums', 'Forum', { enter, amend })),
  outcome: actsOf('outcome', {
    endorse: act('Endorsed', 'EndorseOutcome', {
      button: 'Somebody endorses it',
      path: 'endorse',
      scope: 'register',
      summary: 'An agency or forum makes an outcome its own',
      description:
        'By the secretariat, from the paper in which it was said. From then on the outcome counts as endorsed.',
      operationId: 'endorseOutcome',
      conflict: 'It has endorsed it already',
      decide: outcomes.endorse,
    }),
    retract: act('Retracted', 'RetractDatedAct', {
      ...RETRACTING_ACT,
      summary: 'Take back an endorsement that was a mistake',
      description: 'By the secretariat. It is then as if it had never been said; the history keeps it.',
      operationId: 'retractEndorsement',
      conflict: 'It is no endorsement, or was taken back already',
      decide: outcomes.retractEndorsement,
    }),
    ...onEntries('outcome', 'outcomes', 'Outcome', { enter, amend }),
  }),
  document: actsOf('document', {
    ...documentActs,
    enter: act('Registered', 'Document', {
      ...documentActs.enter,
      description: 'An agency may register its own: with its code as the publisher.',
      ownedBy: 'publisher',
      otherwise:
        'Without a document leave the citation out: the agency that reports is then the source itself. Or attach what shows ' +
        'it as evidence, with its address (url).',
    }),
  }),
  publication: actsOf('publication', {
    enter: publicationActs.enter,
    blank: publicationActs.blank,
    write: act('NarrativeWritten', 'WriteNarrative', {
      button: 'Add words to a section',
      path: 'narrative',
      scope: 'publish',
      summary: 'Words of the secretariat or of an agency in a section of a report that is published',
      description: 'They are written while it is prepared, and recorded when it is published.',
      decide: publications.writeNarrative,
    }),
    publish: act('Published', 'PublishReport', {
      button: 'Publish it',
      path: 'publish',
      scope: 'publish',
      summary: 'Publish a report: from then on it never changes',
      description: 'Its files are made in every language and format, and their digests are recorded.',
      conflict: 'It is published already',
      decide: publications.publishReport,
    }),
  }),
} as const satisfies Record<Register, object>;

type ActsOn<R extends Register> = (typeof REGISTER_ACTS)[R];

/** One act on an entry of a register: its name, its body, and the part of the entry that it is about. */
export type EntryAct<R extends Register = Register> = R extends Register
  ? {
      [A in keyof ActsOn<R>]: {
        readonly act: A;
        readonly body: ActsOn<R>[A] extends { body: infer B extends BodyName } ? Body<B> : never;
        readonly revision?: number;
      };
    }[keyof ActsOn<R>]
  : never;

/** The acts on the entries of a register, by their names. */
export const actsOn = (kind: Register): Readonly<Record<string, ActLine>> => REGISTER_ACTS[kind];

/** Decides an act on an entry of a register. @throws Rejected */
export const decideEntry = (
  kind: Register,
  { act: name, body }: { readonly act: string; readonly body: object },
  state: object,
  on: OnEntry,
): NewEvent[] => {
  if (name !== 'enter' && !(state as { readonly entry?: object | null }).entry) throw unknownCode(kind, on.id ?? '');
  const { decide } = (REGISTER_ACTS[kind] as Readonly<Record<string, { decide: unknown }>>)[name]!;
  return (decide as DecideEntry<object, object, EventMap>)(state, body, on);
};

/** The entry that an act enters or replaces with; absent: it is another act. */
export const entryIn = ({ act: name, body }: { readonly act: string; readonly body: object }): Entry | null =>
  name === 'enter' || name === 'amend' ? (body as Entry) : null;
