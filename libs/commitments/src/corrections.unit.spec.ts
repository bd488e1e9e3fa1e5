import { describe, expect, it } from '@jest/globals';
import { Series } from '#clocks';
import { fold } from '#eventsourcing';
import { asAt, commitment, refold, type ActorOnDay, type Commitment, type CommitmentEvent } from './commitment.js';
import {
  stateAfter,
  agencies,
  citation,
  deed,
  eventsOf,
  focalPoint,
  given,
  viewOn,
  A_SECOND,
  recorded,
  rolesOn,
  SCENES,
  secretariat,
  staged,
  TODAY,
  type Happening,
} from './testing/a-commitment.js';
import { ACTS_ON_OFFERS, AMENDING, ENDS } from './testing/commitment-model.js';
import { ACTS, type ActName, type BodyOf } from './acts.js';
import { allowedActs } from './deciding.js';
import { type CommitmentAsAt, type Correct } from '#bodies';
import '../../bodies/src/testing/real-forms.js';

const iom = focalPoint('IOM');
const ilo = focalPoint('ILO');
const wb = focalPoint('WB');
const reason = 'The paper says otherwise';
const reportedOn = '2007-06-01';

const corrected = (revision: number, says: Correct['says'], by = secretariat) =>
  deed('correct', { says, reason }, by, { revision });
const retracted = (revision: number, item?: string) => deed('retract', { reason, item }, secretariat, { revision });
/** Amendments of a history by somebody. */
const amending = (by: ActorOnDay, ...history: Happening[]) => ({
  correcting: (revision: number, says: Correct['says']) =>
    given(...history).when('correct', { says, reason }, by, { revision }),
  retracting: (revision: number, item?: string) =>
    given(...history).when('retract', { reason, item }, by, { revision }),
});
const correcting = (revision: number, says: Correct['says'], ...history: Happening[]) =>
  amending(secretariat, ...history).correcting(revision, says);
const retracting = (revision: number, ...history: Happening[]) =>
  amending(secretariat, ...history).retracting(revision);

/** All that is shown but the corrections themselves. */
const bare = (view: CommitmentAsAt | null) => view && { ...view, corrections: [] };
const evidence = deed('attachEvidence', { title: 'Handbook', reportedOn });
const DAYS = ['2006-11-21', '2007-05-31', '2007-06-01', '2007-06-30', '2007-07-01', TODAY];
const everyDay = (...history: Happening[]) => {
  const c = stateAfter(...history);
  return DAYS.map((day) => bare(asAt(c, day)));
};

/** Acts of which nothing is corrected or retracted; an end is retracted only. */
const UNAMENDABLE_ACTS = [...ACTS_ON_OFFERS, ...AMENDING];
type CorrectableAct = Exclude<ActName, keyof typeof ENDS | (typeof UNAMENDABLE_ACTS)[number]>;
const ends = Object.keys(ENDS) as ActName[];

/** The statement of the act of a scene, and its revision. */
const saying = (act: ActName) => {
  const { given: before, body, on } = SCENES[act];
  const revision = before.length;
  const does = (changed: object = {}) =>
    deed(act, { ...body, ...changed } as never, secretariat, act === 'record' ? { ...on, reference: A_SECOND } : on);
  return { before, does, revision };
};

describe('A correction', () => {
  /** For every act that can be corrected, a correction of it, beside its date. */
  const SHOULD_SAY: { readonly [A in CorrectableAct]: Partial<BodyOf<A>> } = {
    record: {
      title: 'Guide',
      target: { date: '2009' },
      milestones: [{ title: 'Draft', due: '2008' }],
      stage: 'proposed',
    },
    reportStage: { stage: 'on_hold', note: 'No money', outlook: 'at_risk' },
    confirm: {},
    verify: { verification: 'no_evidence', citation: null },
    reply: { text: 'It was not printed.' },
    addAgency: { role: 'partner' },
    changeRole: { role: 'funder' },
    removeAgency: {},
    acceptRole: {},
    declineRole: { reason: 'Not in our programme' },
    setThemes: { themes: ['HLD06-02', 'HLD06-03'] },
    setTarget: { date: null },
    addMilestone: { title: 'Layout', due: '2008' },
    reachMilestone: { reachedOn: '2007-05' },
    rescheduleMilestone: { due: '2010' },
    dropMilestone: { note: 'Not needed' },
    attachEvidence: { title: 'Second draft', date: '2006', url: 'https://example.org/draft' },
    amendWording: { title: null, summary: 'Two handbooks' },
    liftCondition: { liftedOn: '2006' },
    claim: { about: 'place', says: 'Geneva' },
    holdEdition: { held: '2006', nextDue: '2008' },
    reportUpkeep: { keptUp: false, note: 'The desk was closed' },
    relate: { type: 'continues' },
    addFollowUp: { followsUp: ['WHA61.17'] },
    takeBackFollowUp: {},
    addActivityIds: { activityIds: [{ scheme: 'doi', id: '10.35802/221400' }] },
    takeBackActivityIds: {},
  };
  it.each(Object.entries(SHOULD_SAY) as [ActName, object][])(
    'of %s shows, as at every date, what would show had it been said so at once',
    (act, says) => {
      const { before, does, revision } = saying(act);
      const onAnotherDay = { reportedOn: '2007-07-01' };
      for (const should of [
        onAnotherDay,
        ...(Object.keys(says).length > 0 ? [says, { ...says, ...onAnotherDay }] : []),
      ]) {
        const history = [...before, does(), corrected(revision, should as never)];
        expect(everyDay(...history)).toEqual(everyDay(...before, does(should)));
        expect(everyDay(...history)).not.toEqual(everyDay(...before, does()));
        expect(everyDay(...eventsOf(...history).slice(0, -1))).toEqual(everyDay(...before, does()));
      }
    },
  );
  it.each(Object.keys(SHOULD_SAY) as ActName[])('of %s may change words alone, whatever has happened since', (act) => {
    const { before, does, revision } = saying(act);
    const word = { verify: 'reason', declineRole: 'reason', reply: 'text' }[act as string] ?? 'note';
    const since = [
      deed('withdraw', { reason, reportedOn: TODAY }),
      ...(before.length > 0 && /Milestone/.test(act) && act !== 'addMilestone' && act !== 'dropMilestone'
        ? [deed('dropMilestone', { note: 'No money', reportedOn }, secretariat, { milestone: 1 })]
        : []),
    ];
    correcting(revision, { [word]: 'As it was meant' }, ...before, does(), ...since).state();
  });

  it('says all that should have been said, why, and where that can be read', () =>
    given(recorded(), staged({ note: 'As told' }))
      .when('correct', { says: { effective: '2006', note: null }, reason, citation }, secretariat, { revision: 1 })
      .then({
        name: 'Corrected',
        data: { revision: 1, says: { stage: 'in_progress', effective: '2006', reportedOn }, reason, citation },
      }));
  it('may be corrected in turn, and retracted', () => {
    const history = [recorded(), staged(), corrected(1, { stage: 'on_hold', note: 'No money' })];
    const twice = [...history, corrected(1, { stage: 'proposed' })];
    expect(viewOn(TODAY, ...twice).headline).toMatchObject({ stage: 'proposed', note: 'No money', revision: 1 });
    expect(viewOn(TODAY, ...twice, retracted(1)).headline).toMatchObject({ stage: 'planned', revision: 0 });
    expect(viewOn(TODAY, ...twice, retracted(1)).corrections.map(({ kind, by }) => `${kind} by ${by}`)).toEqual([
      'corrected by 2',
      'corrected by 3',
      'retracted by 4',
    ]);
  });
  it('is marked wherever what it corrects was or is reported, with what is said instead and why', () => {
    const later = [recorded(), staged(), corrected(1, { reportedOn: '2008-01-01' })];
    const says = { ...staged().data, reportedOn: '2008-01-01' };
    const marker = { revision: 1, kind: 'corrected', reason, by: 2, says };
    expect(viewOn('2007-05-31', ...later).corrections).toEqual([]);
    expect(viewOn('2007-06-01', ...later)).toMatchObject({ stage: 'planned', corrections: [marker] });
    expect(viewOn('2008-01-01', ...later)).toMatchObject({ stage: 'in_progress', corrections: [marker] });
    const earlier = [recorded(), staged(), corrected(1, { effective: '2007-01', reportedOn: '2007-01-31' })];
    expect(viewOn('2007-01-30', ...earlier).corrections).toEqual([]);
    expect(viewOn('2007-01-31', ...earlier)).toMatchObject({ stage: 'in_progress', corrections: [{ revision: 1 }] });
    expect(viewOn('2006-11-21', recorded(), corrected(0, { title: 'Guide' })).corrections).toMatchObject([
      { revision: 0 },
    ]);
  });
  it('names what there is', () => {
    correcting(1, { note: 'x' }, recorded()).rejected('not_found');
    retracting(1, recorded()).rejected('not_found');
    amending(ilo, recorded()).correcting(7, { note: 'x' }).rejected('not_found');
    given(recorded())
      .when('correct', { says: { note: 'x' }, reason })
      .rejected('not_found');
  });
  it.each<[string, Correct['says'], string]>([
    ['a field that the act does not have', { colour: 'red' }, '/says/colour'],
    ['a value that the act does not take', { stage: 'done' }, '/says/stage'],
    ['less than the act needs', { stage: null }, '/says/stage'],
    ['no date', { effective: '2007-02-30' }, '/says/effective'],
  ])('is refused when it says %s', (_, says, field) =>
    correcting(1, says, recorded(), staged()).rejected(`invalid ${field}`),
  );
  it('leaves what was said before today’s rules as it was said', () => {
    const old = recorded({ relations: [{ type: 'follow-up-to', to: A_SECOND }] });
    expect(viewOn(TODAY, old, corrected(0, { title: 'Guide' }))).toMatchObject({
      title: 'Guide',
      relations: [{ type: 'follow-up-to', to: A_SECOND }],
    });
    expect(viewOn(TODAY, old, corrected(0, { kind: 'data' })).kind).toBe('data');
    correcting(0, { relations: [{ type: 'follow-up-to', to: A_SECOND }] }, old).rejected('invalid');
  });

  describe('leaves what was decided when it was said', () => {
    it('the numbers of milestones', () => {
      const history = [
        recorded({ milestones: [{ title: 'First' }] }),
        deed('addMilestone', { title: 'Second', reportedOn }),
        deed('addMilestone', { title: 'Third', reportedOn }),
        deed('reachMilestone', { reportedOn }, secretariat, { milestone: 2 }),
      ];
      const shown = (...more: Happening[]) =>
        viewOn(TODAY, ...history, ...more).milestones.map(
          (m) => `${m.milestone} ${m.title}${m.reached ? ' reached' : ''}`,
        );
      expect(shown(corrected(1, { title: 'Print', due: '2008' }))).toEqual(['1 First', '2 Print reached', '3 Third']);
      expect(shown(retracted(1))).toEqual(['1 First', '3 Third']);
      expect(shown(retracted(2), deed('addMilestone', { title: 'Fourth', reportedOn }))).toEqual([
        '1 First',
        '2 Second reached',
        '4 Fourth',
      ]);
      expect(shown(corrected(3, { reachedOn: '2007' }))).toEqual(['1 First', '2 Second reached', '3 Third']);
      for (const milestones of [[{ title: 'First' }, { title: 'Half' }], null])
        correcting(0, { milestones }, ...history).rejected('milestones_are_numbered');
    });
  });
});

describe('A retraction', () => {
  it.each(Object.keys(ACTS).filter((act) => !['record', ...UNAMENDABLE_ACTS].includes(act)) as ActName[])(
    'of %s leaves, as at every date, what would show without it',
    (act) => {
      const { before, does, revision } = saying(act);
      expect(everyDay(...before, does(), retracted(revision))).toEqual(everyDay(...before));
      expect(everyDay(...before, does())).not.toEqual(everyDay(...before));
      expect(viewOn(TODAY, ...before, does(), retracted(revision)).corrections).toEqual([
        { revision, kind: 'retracted', reason, by: revision + 1 },
      ]);
    },
  );
  it('is made once; what was never said is not corrected either', () => {
    retracting(1, recorded(), staged(), retracted(1)).rejected('already_retracted');
    correcting(1, { note: 'x' }, recorded(), staged(), retracted(1)).rejected('already_retracted');
    const next = allowedActs(stateAfter(recorded(), staged(), retracted(1)), secretariat);
    expect(next.filter(({ act }) => act === 'correct')).toEqual([{ act: 'correct', revision: 0 }]);
    expect(next.filter(({ act }) => act === 'retract')).toEqual([]);
  });
  it('of the record act itself is not made: a commitment keeps its first entry', () =>
    retracting(0, recorded(), staged()).rejected('record_stays'));
  it('says where it can be read', () =>
    given(recorded(), staged())
      .when('retract', { reason, citation }, secretariat, { revision: 1 })
      .then({ name: 'Retracted', data: { revision: 1, reason, citation } }));

  describe('of one item of the record act', () => {
    const full = recorded({
      milestones: [{ title: 'First' }, { title: 'Second' }],
      evidence: [{ title: 'Draft' }, { title: 'Print' }],
      deliverables: [{ type: 'publication', title: 'Handbook' }],
      relations: [{ type: 'part_of', to: A_SECOND }],
    });
    const less = (item: string) => viewOn('2006-11-21', full, retracted(0, item));

    it('leaves the others and their numbers', () => {
      expect(less('/milestones/0').milestones).toMatchObject([{ milestone: 2, title: 'Second' }]);
      expect(less('/evidence/1').evidence).toMatchObject([{ title: 'Draft' }]);
      expect(less('/deliverables/0').deliverables).toEqual([]);
      expect(less('/relations/0').relations).toEqual([]);
      expect(less('/evidence/0').corrections).toEqual([
        { revision: 0, kind: 'retracted', item: '/evidence/0', reason, by: 1 },
      ]);
      const added = deed('addMilestone', { title: 'Third', reportedOn });
      expect(viewOn(TODAY, full, retracted(0, '/milestones/1'), added).milestones.map((m) => m.milestone)).toEqual([
        1, 3,
      ]);
      given(full, retracted(0, '/milestones/0'))
        .when('reachMilestone', { reportedOn }, secretariat, { milestone: 1 })
        .rejected('not_found');
    });
    it('may be followed by that of another', () =>
      expect(viewOn(TODAY, full, retracted(0, '/evidence/0'), retracted(0, '/evidence/1')).evidence).toEqual([]));
    it('is made once, and of what there is', () => {
      const { retracting } = amending(secretariat, full, retracted(0, '/evidence/0'), evidence);
      retracting(0, '/evidence/0').rejected('no_such_item /item');
      retracting(0, '/evidence/1').state();
      for (const pointer of ['/evidence/2', '/agencies/0', '/themes/0', '/title', '/evidence', '/evidence/1/title'])
        retracting(0, pointer).rejected('no_such_item');
      retracting(2, '/evidence/0').rejected('no_such_item');
    });
    it('stands when the record act is corrected afterwards', () =>
      expect(viewOn(TODAY, full, retracted(0, '/milestones/0'), corrected(0, { kind: 'data' }))).toMatchObject({
        kind: 'data',
        milestones: [{ milestone: 2, title: 'Second' }],
      }));
  });
});

describe('Nothing unsound comes of a correction or a retraction', () => {
  const completed = staged({ stage: 'completed' });
  const done = staged({ stage: 'completed', citation });
  const recurring = recorded({ nature: 'recurring' });
  const standing = recorded({ nature: 'standing' });

  it('completed keeps its proof', () => {
    const edition = deed('holdEdition', { held: '2006', evidence: [{ title: 'Report' }], reportedOn });
    const proven = recorded({ evidence: [{ title: 'Draft' }] });
    for (const unproven of [
      retracting(1, recorded(), evidence, completed),
      retracting(1, recurring, edition, completed),
      correcting(1, { evidence: null }, recurring, edition, completed),
      correcting(0, { evidence: [] }, proven, completed),
      amending(secretariat, proven, completed).retracting(0, '/evidence/0'),
      correcting(1, { citation: null }, recorded(), done),
      correcting(1, { stage: 'completed' }, recorded(), staged()),
      correcting(0, { stage: 'completed' }, recorded()),
    ])
      unproven.rejected('completed_needs_proof');
    retracting(1, recorded(), evidence, evidence, completed).state();
    retracting(2, recorded(), evidence, completed).state();
    correcting(1, { stage: 'completed', citation }, recorded(), staged()).state();
    correcting(0, { stage: 'completed' }, recorded(), evidence).state();
  });
  it('a standing commitment is not completed', () => {
    correcting(1, { stage: 'completed', citation }, standing, staged()).rejected(
      'standing_never_completes /says/stage',
    );
    correcting(0, { nature: 'standing' }, recorded(), done).rejected('standing_never_completes');
    correcting(0, { nature: 'recurring' }, recorded(), done).state();
  });
  it('editions stay of a recurring commitment, upkeep of a standing one', () => {
    const edition = deed('holdEdition', { held: '2006', reportedOn });
    const upkeep = deed('reportUpkeep', { period: '2006', keptUp: true, reportedOn });
    correcting(0, { nature: 'one_off' }, recurring, edition).rejected('not_recurring');
    correcting(0, { nature: 'one_off' }, standing, upkeep).rejected('not_standing');
    correcting(0, { nature: 'one_off' }, recurring, edition, retracted(1)).state();
  });
  it('what needs a note keeps one', () => {
    correcting(1, { note: null }, recorded(), staged({ stage: 'on_hold', note: 'No money' })).rejected('note_needed');
    const later = { effective: '2008', reportedOn: '2008-06-01' };
    correcting(2, { note: null }, recorded(), done, staged({ ...later, note: 'A draft' })).rejected('note_needed');
    correcting(2, later, recorded(), done, staged({ effective: '2006' })).rejected('note_needed');
  });
  it('dates stay sound', () => {
    correcting(1, { reportedOn: '2012-11-03' }, recorded(), staged()).rejected('date_in_the_future /says/reportedOn');
    correcting(1, { effective: '2007-06-02' }, recorded(), staged()).rejected('date_in_the_future /says/effective');
    correcting(1, { reportedOn: '2006-12-31' }, recorded(), staged()).rejected('date_in_the_future');
    correcting(0, { evidence: [{ title: 'x', date: '2007' }] }, recorded()).rejected('date_in_the_future');
  });
  it('there is one lead, and one of lead, co-lead and partner per agency', () => {
    correcting(0, { agencies: agencies('IOM partner') }, recorded()).rejected('one_lead');
    correcting(0, { agencies: agencies('IOM lead', 'ILO lead') }, recorded()).rejected('one_lead');
    correcting(0, { agencies: agencies('IOM lead', 'IOM partner') }, recorded()).rejected('one_role');
    const added = deed('addAgency', { agency: 'WHO', role: 'partner', reportedOn });
    correcting(1, { role: 'lead' }, recorded(), added).rejected('one_lead');
    correcting(1, { agency: 'ILO' }, recorded(), added).rejected('one_role');
    const another = corrected(0, { agencies: agencies('WHO lead', 'IOM partner') });
    expect(rolesOn(TODAY, recorded(), added, another)).toEqual(['WHO lead', 'IOM partner?']);
  });
  it('a record does not begin after its end, nor does anything happen to it then', () => {
    const ended: CommitmentEvent = { name: 'Withdrawn', data: { reason, reportedOn: '2008-01-31' } };
    correcting(1, { reportedOn: '2008-01-31' }, recorded(), staged(), ended).rejected('not_active');
    correcting(1, { reportedOn: '2008-01-30' }, recorded(), staged(), ended).state();
    correcting(0, { reportedOn: '2009-01-01' }, recorded(), ended).rejected('not_active');
    const read = deed('verify', { verification: 'no_evidence', reason, reportedOn });
    correcting(1, { reportedOn: TODAY }, recorded(), read, ended).state();
  });
  it('no circle of relations comes about', () => {
    const back = stateAfter(recorded(), {
      name: 'Related',
      data: { type: 'part_of', to: 'IOM-2006-01', reportedOn },
    });
    const related = deed('relate', { type: 'part_of', to: 'IOM-2011-12', reportedOn });
    const others = new Map([[A_SECOND, back]]);
    const correct = (says: Correct['says'], ...history: Happening[]) =>
      given(...history).when('correct', { says, reason }, secretariat, { revision: history.length - 1, others });
    correct({ to: A_SECOND }, recorded(), related).rejected('cycle');
    correct({ to: A_SECOND, type: 'continues' }, recorded(), related).state();
    correct({ relations: [{ type: 'part_of', to: A_SECOND }] }, recorded()).rejected('cycle');
    correct({ relations: [{ type: 'continues', to: A_SECOND }] }, recorded()).state();
  });
  it('a commitment keeps its reference', () =>
    correcting(0, { reference: 'ILO-2006-01' }, recorded()).rejected('reference_stays'));
  it('an act stays done for its agency; the secretariat corrects on whose authority', () => {
    const onBehalf = { agency: 'ILO', citation };
    const told = deed('reportStage', {
      stage: 'in_progress',
      effective: '2007',
      agency: 'ILO',
      reportedOn,
      onBehalf,
    });
    const other = { onBehalf: { ...onBehalf, citation: { document: 'D-2', locator: 'p. 1' } } };
    correcting(1, other, recorded(), told).state();
    correcting(1, { onBehalf: { ...onBehalf, agency: 'WB' } }, recorded(), told).rejected('on_behalf_stays');
    correcting(1, other, recorded(), staged()).rejected('on_behalf_stays');
    amending(ilo, recorded(), told).correcting(1, other).rejected('on_behalf_stays');
  });
  it('what follows hangs in the air, and shows no more', () => {
    const adding = deed('addAgency', { agency: 'WHO', role: 'partner', reportedOn }, iom);
    const accepted = deed('acceptRole', { reportedOn }, focalPoint('WHO'), { agency: 'WHO' });
    expect(rolesOn(TODAY, recorded(), adding, accepted, retracted(1))).toEqual(rolesOn(TODAY, recorded()));
    const added = deed('addMilestone', { title: 'Print', reportedOn });
    const reached = deed('reachMilestone', { reportedOn }, secretariat, { milestone: 1 });
    expect(viewOn(TODAY, recorded(), added, reached, retracted(1)).milestones).toEqual([]);
    const read = deed('verify', { verification: 'no_evidence', reason, reportedOn });
    const replied = deed('reply', { text: 'No', reportedOn }, iom);
    expect(viewOn(TODAY, recorded(), read, replied, retracted(1)).verification).toBeNull();
    expect(viewOn(TODAY, recorded(), staged(), read, retracted(1)).verification).toMatchObject({
      entry: 1,
      current: false,
    });
  });
});

describe('What cannot be corrected', () => {
  it.each(UNAMENDABLE_ACTS)('%s: it is answered by another act', (act) => {
    const { before, does, revision } = saying(act);
    correcting(revision, { reason: 'x' }, ...before, does()).rejected('not_correctable');
    retracting(revision, ...before, does()).rejected('not_correctable');
  });
  it.each(ends)('%s: it is retracted', (act) => {
    const { before, does, revision } = saying(act);
    correcting(revision, { reason: 'x' }, ...before, does()).rejected('not_correctable');
    retracting(revision, ...before, does()).state();
  });
  it('what was taken over: it follows from elsewhere', () => {
    const took: CommitmentEvent = {
      name: 'TookOver',
      data: { from: A_SECOND, how: 'merged', reason, reportedOn },
    };
    correcting(1, { reason: 'x' }, recorded(), took).rejected('not_correctable');
    retracting(1, recorded(), took).rejected('not_correctable');
  });
});

describe('Whose it is to correct', () => {
  const tell = (by: ActorOnDay, agency?: string) =>
    deed('reportStage', { stage: 'in_progress', effective: '2007', agency, reportedOn }, by);
  /** A correction of the last event. */
  const tried = (by: ActorOnDay, says: Correct['says'], ...history: Happening[]) =>
    amending(by, ...history).correcting(history.length - 1, says);

  it('the agency that recorded it, or the secretariat', () => {
    const history = [recorded(), deed('setTarget', { date: '2009', reportedOn }, ilo)];
    for (const by of [ilo, secretariat]) {
      tried(by, { note: 'x' }, ...history).state();
      amending(by, ...history)
        .retracting(1)
        .state();
    }
    for (const by of [iom, wb, focalPoint('WHO')]) {
      tried(by, { note: 'x' }, ...history).rejected('forbidden');
      amending(by, ...history)
        .retracting(1)
        .rejected('forbidden');
    }
  });
  it('the agency whose part it is, also when the secretariat recorded it', () => {
    tried(wb, { outlook: 'at_risk' }, recorded(), tell(secretariat, 'WB')).state();
    tried(iom, { outlook: 'at_risk' }, recorded(), tell(secretariat, 'WB')).rejected('forbidden');
    tried(iom, { outlook: 'at_risk' }, recorded(), tell(secretariat)).rejected('forbidden');
    tried(wb, { title: 'Guide', kind: 'data' }, recorded({ agency: 'WB' })).state();
    tried(iom, { title: 'Guide', kind: 'data' }, recorded({ agency: 'WB' })).rejected('forbidden');
  });
  it('the agency that made it, though it has left since', () => {
    const left = deed('removeAgency', { reportedOn: '2008-01-01' }, secretariat, { agency: 'WB' });
    const { correcting, retracting } = amending(wb, recorded(), tell(wb), left);
    retracting(1).state();
    correcting(1, { effective: '2006' }).state();
  });
  it('not the agency that has no part in it any more, of what counts now: neither what it recorded nor what the stage rests on', () => {
    const own = recorded({ agency: 'IOM', agencies: agencies('IOM lead', 'ILO partner') });
    const iomSays = (effective: string) =>
      deed('reportStage', { stage: 'in_progress', effective, reportedOn: '2007-06-01' }, iom);
    const themes = deed('setThemes', { themes: ['HLD06-01'], reportedOn: '2007-06-02' }, iom);
    const leaves = { role: 'lead', formerLeadBecomes: 'none', reportedOn: '2008-01-01' } as const;
    const moved = deed('changeRole', leaves, secretariat, { agency: 'ILO' });
    const history = [own, iomSays('2007-02'), iomSays('2007-05'), themes, moved];
    const { correcting, retracting } = amending(iom, ...history);
    for (const says of [{ themes: ['HLD06-02'] }, { target: { date: '2099' } }, { note: 'x' }])
      correcting(0, says).rejected('forbidden');
    retracting(2).rejected('forbidden');
    // Its own history it may still put right, as long as the stage does not rest on that.
    correcting(1, { effective: '2007-03' }).state();
    correcting(1, { effective: '2007-05', reportedOn: '2007-06-03' }).rejected('forbidden');
    retracting(1).state();
    // With a part in it (the control), and for the secretariat, all of that is allowed.
    const partner = deed('addAgency', { agency: 'IOM', role: 'partner', reportedOn: '2008-02-01' }, secretariat);
    for (const [revision, says] of [
      [0, { title: 'Ours' }],
      [3, { themes: ['HLD06-02'] }],
      [2, { note: 'x' }],
    ] as const) {
      correcting(revision, says).rejected('forbidden');
      amending(iom, ...history, partner)
        .correcting(revision, says)
        .state();
      amending(secretariat, ...history)
        .correcting(revision, says)
        .state();
    }
  });
  it('is listed for those who may', () => {
    const c = stateAfter(recorded(), tell(wb), deed('setTarget', { date: '2009', reportedOn }, ilo));
    const listed = (by: ActorOnDay) =>
      allowedActs(c, by).flatMap(({ act, revision }) => (act === 'correct' ? [revision] : []));
    expect([listed(secretariat), listed(wb), listed(ilo), listed(iom)]).toEqual([[0, 1, 2], [1], [2], []]);
  });

  describe('and it gives no one a say that the act did not', () => {
    it('on another agency’s part', () => {
      tried(ilo, { agency: 'WB' }, recorded(), tell(ilo)).rejected('forbidden');
      tried(secretariat, { agency: 'WB' }, recorded(), tell(ilo)).state();
    });
    it('on the lead', () => {
      const changed = deed('changeRole', { role: 'partner', reportedOn }, ilo, { agency: 'ILO' });
      tried(ilo, { role: 'lead' }, recorded(), changed).rejected('lead_is_offered');
      tried(secretariat, { role: 'lead' }, recorded(), changed).state();
      const own = recorded({ agency: 'IOM', agencies: agencies('IOM lead') });
      const handedOver = { agencies: agencies('ILO lead', 'IOM partner') };
      tried(iom, handedOver, own).rejected('forbidden');
      tried(secretariat, handedOver, own).state();
    });
    it('on whether another agency takes part', () => {
      const added = deed('addAgency', { agency: 'WHO', role: 'partner', reportedOn }, iom);
      for (const says of [{ citation }, { role: 'host' }, { agency: 'UNFPA' }])
        tried(iom, says, recorded(), added).then({
          name: 'Corrected',
          data: { revision: 1, says: { agency: 'WHO', role: 'partner', reportedOn, ...says, asked: true }, reason },
        });
      const own = recorded({ agency: 'IOM', agencies: agencies('IOM lead') });
      const says = { agencies: agencies('IOM lead', 'ILO partner'), citation };
      expect(rolesOn(TODAY, own, corrected(0, says, iom))).toEqual(['IOM lead', 'ILO partner?']);
      expect(rolesOn(TODAY, own, corrected(0, says))).toEqual(['IOM lead', 'ILO partner']);
    });
  });
});

describe('A blanking', () => {
  const named = recorded({
    summary: 'Written by Jane Doe',
    evidence: [{ title: 'Letter of Jane Doe', date: '2006', url: 'https://example.org/jane-doe' }],
    milestones: [{ title: 'Jane Doe retires', due: '2007' }],
    note: 'Jane Doe told us',
    citation: { document: 'D-2007-WP204', locator: 'Jane Doe, para 12' },
    target: { date: '2007', note: 'Jane Doe' },
  });
  const fields = [
    ...['/summary', '/evidence/0/title', '/evidence/0/url', '/milestones/0/title', '/note'],
    ...['/citation/locator', '/target/note'],
  ];
  const blanked = (revision: number, ...fields: string[]) =>
    deed('blank', { reason: 'Named a person', fields }, secretariat, { revision });
  const blanking = (revision: number, field: string, ...history: Happening[]) =>
    blankingBy(secretariat, revision, field, ...history);
  const blankingBy = (by: ActorOnDay, revision: number, field: string, ...history: Happening[]) =>
    given(...history).when('blank', { reason, fields: [field] }, by, { revision });

  it('takes the words that it names out of what was said, and says what is left and why', () =>
    given(recorded(), staged({ note: 'Jane Doe', outlook: 'at_risk' }))
      .when('blank', { reason: 'Named a person', fields: ['/note'] }, secretariat, { revision: 1 })
      .then({
        name: 'Blanked',
        data: {
          revision: 1,
          reason: 'Named a person',
          version: 1,
          left: { stage: 'in_progress', effective: '2007', reportedOn, outlook: 'at_risk', note: '[blanked]' },
        },
      }));
  it('leaves nothing of the words, and all else as at every date', () => {
    const clean = (value: unknown) =>
      JSON.parse(
        JSON.stringify(value).replace(/"[^"]*(Jane Doe|jane-doe)[^"]*"|"https:..blanked.invalid"/g, '"[blanked]"'),
      ) as unknown;
    const history = [named, staged(), blanked(0, ...fields)];
    expect(JSON.stringify(stateAfter(...history))).not.toMatch(/jane.doe/i);
    expect(JSON.stringify(stateAfter(named, staged()))).toMatch(/jane.doe/i);
    for (const day of DAYS) {
      expect(clean(bare(viewOn(day, ...history)))).toEqual(clean(bare(viewOn(day, named, staged()))));
      const shown = { revision: 0, kind: 'blanked', reason: 'Named a person', by: 2 };
      expect(viewOn(day, ...history).corrections).toEqual([shown]);
    }
  });
  it('takes only text that a person may have written', () => {
    for (const pointer of [
      ...['/reportedOn', '/title/0', '/agencies/0/agency', '/themes/0', '/evidence/0/date', '/evidence/0'],
      ...['/kind', '/no', '/language'],
    ])
      blanking(0, pointer, named).rejected('no_such_text /fields/0');
    blanking(0, '/title', named).state();
  });
  it('is the secretariat’s', () => {
    for (const by of [iom, ilo, focalPoint('WHO')]) blankingBy(by, 0, '/note', named).rejected('forbidden');
  });
  it('also takes the words out of what was corrected', () => {
    const history = [recorded(), staged({ note: 'Jane Doe' }), corrected(1, { effective: '2006' })];
    const clean = [...history, blanked(1, '/note')];
    expect(JSON.stringify(stateAfter(...clean))).not.toContain('Jane');
    expect(viewOn(TODAY, ...clean).headline).toMatchObject({ effective: '2006', note: '[blanked]' });
    expect(viewOn(TODAY, ...clean, corrected(1, { stage: 'proposed' })).headline).toMatchObject({
      stage: 'proposed',
      effective: '2006',
      note: '[blanked]',
    });
  });
  it('of a correction takes out what that said', () => {
    const history = [recorded(), staged(), corrected(1, { note: 'Jane Doe' })];
    const clean = [...history, blanked(2, '/says/note')];
    expect(JSON.stringify(stateAfter(...clean))).not.toContain('Jane');
    expect(viewOn(TODAY, ...clean).headline).toMatchObject({ stage: 'in_progress', note: '[blanked]' });
  });
  it('may take more words later, and then also from what was left at first', () => {
    const history = [named, blanked(0, '/note'), blanked(0, '/summary', '/evidence/0/title')];
    expect(JSON.stringify(stateAfter(...history))).not.toContain('Written by Jane Doe');
    expect(viewOn(TODAY, ...history).headline.note).toBe('[blanked]');
    expect(viewOn(TODAY, ...history).summary).toBe('[blanked]');
  });
  it('is not taken back: what was blanked is gone', () => {
    const history = [named, blanked(0, '/note')];
    blanking(1, '/left/note', ...history).rejected('not_correctable');
    retracting(1, ...history).rejected('not_correctable');
    correcting(1, { reason: 'x' }, ...history).rejected('not_correctable');
  });
  describe('whose reason names what had to go', () => {
    const says = (of: string) =>
      deed('blank', { reason: `It named ${of}`, fields: ['/note'] }, secretariat, { revision: 0 });
    const history = [named, says('Mary Major')];

    it('can be rid of that, and leaves as little as before', () => {
      const clean = [...history, blanked(1, '/reason')];
      expect(JSON.stringify(stateAfter(...history))).toContain('Mary Major');
      expect(JSON.stringify(stateAfter(...clean))).not.toContain('Mary Major');
      expect(viewOn(TODAY, ...clean)).toEqual({
        ...viewOn(TODAY, ...history),
        corrections: [
          { revision: 0, kind: 'blanked', reason: '[blanked]', by: 1 },
          { revision: 1, kind: 'blanked', reason: 'Named a person', by: 2 },
        ],
      });
    });
    it('and of the same words in every blanking of the same act', () => {
      const both = [named, corrected(0, { note: 'Jane Doe, again' }), says('Mary Major'), says('Mary Major')];
      const revision = eventsOf(...both).length - 1;
      const clean = [...both, blanked(revision, '/reason')];
      expect(JSON.stringify(stateAfter(...clean))).not.toContain('Mary Major');
    });
    it('and still gives way when more words must go', () => {
      const clean = [...history, blanked(1, '/reason'), blanked(0, '/summary')];
      expect(JSON.stringify(stateAfter(...clean))).not.toMatch(/Mary Major|Written by Jane Doe/);
      const last = [...clean, blanked(0, '/title')];
      expect(JSON.stringify(stateAfter(...last))).not.toContain('Mary Major');
      expect(viewOn(TODAY, ...last)).toMatchObject({ title: '[blanked]', summary: '[blanked]' });
    });
  });
  it('of a retracted statement leaves it retracted', () => {
    const history = [recorded(), staged({ note: 'Jane Doe' }), retracted(1), blanked(1, '/note')];
    expect(JSON.stringify(stateAfter(...history))).not.toContain('Jane');
    expect(viewOn(TODAY, ...history)).toMatchObject({
      stage: 'planned',
      corrections: [{ kind: 'retracted' }, { kind: 'blanked' }],
    });
  });
  it('before which the log is read shows what was known then', () => {
    const events = eventsOf(named, blanked(0, ...fields));
    expect(asAt(stateAfter(...events.slice(0, 1)), TODAY)).toEqual(viewOn(TODAY, named));
  });
});

describe('A correction of a long history', () => {
  const day = (n: number) => new Date(Date.UTC(2006, 0, n)).toISOString().slice(0, 10);
  const stage = (n: number, note: string | null = null) => ({
    ...{ stage: 'in_progress' as const, effective: day(n), reportedOn: day(n), agency: 'IOM', note },
  });
  const HISTORY = 200;
  const next = (c: Commitment, event: CommitmentEvent): Commitment => fold(commitment, c, [event], c.said.length - 1);
  const reported = (c: Commitment, data: ReturnType<typeof stage>) => next(c, { name: 'StageReported', data });
  const first = fold(commitment, commitment.initial, [recorded()]);
  const long = (): Commitment => {
    let c = first;
    for (let n = 1; n < HISTORY; n++) c = reported(c, stage(n));
    return c;
  };
  const amended = (c: Commitment, revision: number, note: string | null): Commitment =>
    note === null
      ? next(c, { name: 'Retracted', data: { revision, reason: 'r' } })
      : next(c, { name: 'Corrected', data: { revision, reason: 'r', says: stage(revision, note) } });

  /** However its lists are cut into pieces. */
  const plain = (c: Commitment): unknown =>
    JSON.parse(
      JSON.stringify(c, (_, value: unknown) => {
        if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>);
        return value instanceof Series ? value.toArray() : value;
      }),
    );

  it('comes to the same as when it is told anew, for any of it, in any order', () => {
    let c = long();
    for (const [i, revision] of [199, 64, 65, 1, 63, 130, 128, 129, 2, 191, 192, 193, 64, 199].entries()) {
      c = amended(c, revision, i % 3 === 2 ? null : `note ${i}`);
      c = reported(c, stage(HISTORY + i));
      expect(plain(refold(c.said))).toEqual(plain(c));
    }
  });

  it('lets hold again what the retracted statement alone outranked', () => {
    const early = { ...stage(10, 'early'), effective: '2006-01-10', reportedOn: day(300) };
    const above = { ...stage(20, 'above'), effective: '2006-03-01', reportedOn: day(300) };
    const below = { ...stage(30, 'below'), effective: '2006-02-01', reportedOn: day(310) };
    let c = [early, above, below].reduce(reported, first);
    expect(asAt(c, day(310))!.headline.note).toBe('above');
    c = amended(c, 2, null);
    expect(asAt(c, day(310))!.headline.note).toBe('below');
    expect(plain(refold(c.said))).toEqual(plain(c));
  });

  it('negative control: it is not what it was before', () => {
    const c = long();
    expect(plain(amended(c, 5, 'In May').entries as never)).not.toEqual(plain(c.entries as never));
  });
});
