import { describe, expect, it } from '@jest/globals';
import { LinkedCommitments } from './lineage.js';
import { asAt, type Commitment, type CommitmentEvent } from './commitment.js';
import {
  A_THIRD,
  stateAfter,
  agencies,
  allowedTo,
  anotherCommitment,
  citation,
  deed,
  focalPoint,
  given,
  ledBy,
  viewOn,
  A_SECOND,
  recorded,
  REFERENCE,
  rolesOn,
  SCENES,
  secretariat,
  staged,
  TODAY,
  type Happening,
} from './testing/a-commitment.js';
import { ACTS_AFTER_THE_END, ENDS } from './testing/commitment-model.js';
import { RELATION_TYPES } from '#words';
import { type ActName, type BodyOf } from './acts.js';
import '../../bodies/src/testing/real-forms.js';

const iom = focalPoint('IOM');
const reason = 'Recorded twice, from two papers of the same year';
const reportedOn = '2008-01-31';
const led = ledBy('IOM');
const byReference = (others: Record<string, Commitment>) => ({ others: new Map(Object.entries(others)) });
const otherCommitments = byReference({ [A_SECOND]: anotherCommitment, [A_THIRD]: anotherCommitment });
const related = (type: string, to: string): CommitmentEvent => ({ name: 'Related', data: { type, to, reportedOn } });
const merged = (into: string): CommitmentEvent => ({ name: 'Merged', data: { into, reason, reportedOn } });

describe('A relation', () => {
  const relate = (body: Partial<BodyOf<'relate'>>, about: object = otherCommitments, ...more: Happening[]) =>
    given(recorded(), ...more).when(
      'relate',
      { type: 'part_of', to: A_SECOND, reportedOn, ...body },
      secretariat,
      about,
    );

  it.each(RELATION_TYPES)('may be %s', (type) => relate({ type }).then(related(type, A_SECOND)));
  it('holds from its report on', () => {
    const history = [
      recorded(),
      deed('relate', { type: 'continues', to: A_SECOND, reportedOn }, secretariat, otherCommitments),
    ];
    expect(viewOn('2008-01-30', ...history).relations).toEqual([]);
    expect(viewOn(reportedOn, ...history).relations).toEqual([
      { type: 'continues', to: A_SECOND, reportedOn, revision: 1 },
    ]);
  });
  it('is made once, and never to itself', () => {
    relate({}, otherCommitments, related('part_of', A_SECOND)).rejected('already_related');
    relate({ type: 'continues' }, otherCommitments, related('part_of', A_SECOND)).state();
    relate({ to: REFERENCE }).rejected('related_to_itself /to');
  });
  it('may lead to a forum, when the commitment prepares for it', () =>
    relate({ type: 'prepares_for', to: 'GMG-2006-07' }, byReference({})).then(related('prepares_for', 'GMG-2006-07')));

  it('is not made where so many are linked that a circle cannot be told', () => {
    const many = Object.assign(new LinkedCommitments([[A_SECOND, stateAfter(led, related('part_of', A_THIRD))]]), {
      isWhole: false,
    });
    relate({}, { others: many }).rejected('too_far');
    // The control: of a whole record, a commitment that does not exist leads nowhere.
    relate({}, { others: Object.assign(many, { isWhole: true }) }).then(related('part_of', A_SECOND));
  });

  const back = (type: string) => stateAfter(led, related(type, REFERENCE));
  it.each(RELATION_TYPES.filter((type) => type !== 'same_as'))('%s never goes in a circle', (type) => {
    relate({ type }, byReference({ [A_SECOND]: back(type) })).rejected('cycle /to');
    const round = { [A_SECOND]: stateAfter(led, related(type, A_THIRD)), [A_THIRD]: back(type) };
    relate({ type }, byReference(round)).rejected('cycle');
    relate({ type }, byReference({ ...round, [A_THIRD]: stateAfter(led, related(type, A_SECOND)) })).state();
  });
  it('of another type may lead back', () => {
    relate({ type: 'part_of' }, byReference({ [A_SECOND]: back('continues') })).state();
    relate({ type: 'part_of' }, byReference({ [A_SECOND]: stateAfter(led, merged(REFERENCE)) })).state();
  });
  it('same_as says the same in both directions: once is enough, and a third may be the same, too', () => {
    relate({ type: 'same_as' }, byReference({ [A_SECOND]: back('same_as') })).rejected('already_related');
    const round = { [A_SECOND]: stateAfter(led, related('same_as', A_THIRD)), [A_THIRD]: back('same_as') };
    relate({ type: 'same_as' }, byReference(round)).state();
  });
  it('is refused in a circle by the record act, too', () => {
    const body = recorded({ relations: [{ type: 'part_of', to: A_SECOND }] }).data as BodyOf<'record'>;
    const about = { reference: REFERENCE, ...byReference({ [A_SECOND]: back('part_of') }) };
    given().when('record', body, secretariat, about).rejected('cycle');
    const elsewhere = { ...about, ...otherCommitments };
    given().when('record', body, secretariat, elsewhere).state();
  });
});

describe('Merging a duplicate', () => {
  const intoOther = { into: A_SECOND, reason, reportedOn };
  const merge = (
    body: Partial<BodyOf<'merge'>> = {},
    by = secretariat,
    about: object = otherCommitments,
    ...more: Happening[]
  ) => given(recorded({ followsUp: ['HLD-2006'] }), ...more).when('merge', { ...intoOther, ...body }, by, about);
  const mergedWith = (data: object): CommitmentEvent => ({ name: 'Merged', data: { ...intoOther, ...data } });

  it('makes it point to the one that stays, from its report on; its own history stays readable', () => {
    merge({ citation }).then(mergedWith({ citation }));
    const history = [recorded(), staged(), deed('merge', intoOther, secretariat, otherCommitments)];
    expect(viewOn('2008-01-30', ...history)).toMatchObject({ life: 'active', end: null });
    expect(viewOn(reportedOn, ...history)).toMatchObject({
      life: 'merged',
      end: { life: 'merged', into: [A_SECOND], reason, reportedOn, revision: 2 },
      stage: 'in_progress',
      title: 'Remittances handbook',
    });
    expect(viewOn(reportedOn, ...history).entries).toHaveLength(2);
  });
  it('hands over agencies, themes and follow-up only where the act lists them', () => {
    const takeOver = { agencies: agencies('WB partner'), themes: ['HLD06-04'], followsUp: ['HLD-2006'] };
    merge({ takeOver }).then(mergedWith({ takeOver }));
  });
  it('hands over nothing that is not its own', () => {
    const who = { agencies: agencies('WHO partner') };
    merge({ takeOver: who }).rejected('not_its_own /takeOver/agencies/0');
    merge({ takeOver: { themes: ['HLD06-04', 'HLD06-01'] } }).rejected('not_its_own /takeOver/themes/1');
    merge({ takeOver: { followsUp: ['GFMD-2007'] } }).rejected('not_its_own /takeOver/followsUp/0');
    const later = deed('addAgency', { agency: 'WHO', role: 'partner', citation, reportedOn: '2008-02-01' });
    merge({ takeOver: who }, secretariat, otherCommitments, later).rejected('not_its_own');
  });
  it('hands over no lead, as the other has one', () =>
    merge({ takeOver: { agencies: agencies('IOM lead') } }).rejected('one_lead /takeOver/agencies/0'));
  it('hands over an agency that is asked as one that is asked', () => {
    const asked = deed('addAgency', { agency: 'WHO', role: 'partner', reportedOn: '2007-02-01' }, iom);
    const [who] = agencies('WHO partner');
    const handedOver = { agencies: [{ ...who, asked: true }] };
    merge({ takeOver: { agencies: [who!] } }, secretariat, otherCommitments, asked).then(
      mergedWith({ takeOver: handedOver }),
    );
  });
});

describe('Splitting, superseding, withdrawing', () => {
  it('a split points to the parts', () => {
    const body = { into: [A_SECOND, A_THIRD], reason, reportedOn };
    given(recorded()).when('split', body, secretariat, otherCommitments).then({ name: 'SplitUp', data: body });
    const { end } = viewOn(reportedOn, recorded(), deed('split', body, secretariat, otherCommitments));
    expect(end).toMatchObject({ life: 'split', into: [A_SECOND, A_THIRD] });
    const splits = (part: string) =>
      given(recorded()).when('split', { ...body, into: [A_SECOND, part] }, secretariat, otherCommitments);
    splits('IOM-2099-01').rejected('unknown_reference /into/1');
    splits(REFERENCE).rejected('related_to_itself /into/1');
  });
  it('a superseded one points to what took its place', () => {
    const body = { supersededBy: A_SECOND, reason, reportedOn };
    given(recorded()).when('supersede', body, secretariat, otherCommitments).then({ name: 'Superseded', data: body });
    const { end } = viewOn(reportedOn, recorded(), deed('supersede', body, secretariat, otherCommitments));
    expect(end).toMatchObject({ life: 'superseded', into: [A_SECOND] });
  });
  it('a withdrawn one points nowhere', () => {
    const body = { reason, reportedOn };
    given(recorded()).when('withdraw', body).then({ name: 'Withdrawn', data: body });
    const history = [recorded(), deed('withdraw', body)];
    expect(viewOn('2008-01-30', ...history).life).toBe('active');
    expect(viewOn(reportedOn, ...history).end).toMatchObject({ life: 'withdrawn', into: [], reason });
  });
});

describe('A record that has ended', () => {
  const ended: CommitmentEvent = { name: 'Withdrawn', data: { reason, reportedOn: '2007-06-01' } };
  const acts = (Object.keys(SCENES) as ActName[]).filter((act) => act !== 'record');
  const trying = (act: ActName, reportedOn: string) => {
    const { given: before, body, on } = SCENES[act];
    const dated = { ...body, ...('reportedOn' in body && { reportedOn }) };
    return given(...before, ended).when(act, dated as never, secretariat, on);
  };

  it.each(acts.filter((act) => !ACTS_AFTER_THE_END.includes(act)))('takes no %s from its end on', (act) => {
    trying(act, '2007-06-01').rejected('not_active');
    trying(act, TODAY).rejected('not_active');
  });
  it.each(ACTS_AFTER_THE_END)('takes %s also afterwards', (act) => {
    trying(act, '2007-06-01').state();
    trying(act, TODAY).state();
  });
  it.each(['reportStage', 'addAgency', 'setThemes', 'attachEvidence', 'relate'] as const)(
    'is still told by %s of what was before its end',
    (act) => {
      trying(act, '2007-05-31').state();
    },
  );
  it.each(Object.keys(ENDS) as ActName[])('ends once: no %s, not even before its end', (act) => {
    trying(act, '2007-05-31').rejected('not_active');
  });
  it('may only be read, replied to and corrected next', () =>
    expect(allowedTo(secretariat, ...SCENES.reply.given, ended)).toEqual(ACTS_AFTER_THE_END));
  it('goes on when its end is retracted', () => {
    const retracted = deed('retract', { reason: 'It was another paper' }, secretariat, { revision: 1 });
    expect(viewOn(TODAY, recorded(), ended, retracted)).toMatchObject({ life: 'active', end: null });
    const { when } = given(recorded(), ended, retracted);
    when('setThemes', { themes: ['HLD06-01'], reportedOn: TODAY }).state();
    when('withdraw', { reason, reportedOn: TODAY }).state();
  });
  it('keeps its end: that is retracted, not corrected', () =>
    given(recorded(), ended)
      .when('correct', { says: { reportedOn: '2007-07-01' }, reason }, secretariat, { revision: 1 })
      .rejected('not_correctable'));
});

describe('What a commitment took over', () => {
  const tookOver = (data: object = {}): CommitmentEvent => ({
    name: 'TookOver',
    data: { from: A_SECOND, how: 'merged', reason, reportedOn, ...data },
  });
  const roles = { agencies: agencies('WHO partner', 'ILO partner', 'WB host', 'IOM co_lead') };
  const base = recorded({ followsUp: ['HLD-2006'] });

  it('shows from the report of the end on, with its source', () => {
    expect(viewOn('2008-01-30', base, tookOver({ citation })).tookOver).toEqual([]);
    const nothing = { agencies: [], themes: [], followsUp: [] };
    expect(viewOn(reportedOn, base, tookOver({ citation })).tookOver).toEqual([
      { from: A_SECOND, how: 'merged', reason, ...nothing, citation, reportedOn, revision: 1 },
    ]);
  });
  it('is added to its own themes and follow-up', () => {
    const more = { themes: ['HLD06-04', 'HLD06-01'], followsUp: ['GFMD-2007', 'HLD-2006'] };
    const view = (asOf: string) => viewOn(asOf, base, tookOver(more));
    expect(view('2008-01-30')).toMatchObject({ themes: ['HLD06-04'], followsUp: ['HLD-2006'] });
    expect(view(reportedOn)).toMatchObject({ themes: ['HLD06-04', 'HLD06-01'], followsUp: ['HLD-2006', 'GFMD-2007'] });
  });
  it('leaves an agency the role that it had by then, though that is told later', () => {
    const added = deed('addAgency', { agency: 'WHO', role: 'co_lead', citation, reportedOn: '2007-06-01' });
    expect(rolesOn(TODAY, base, tookOver(roles), added)).toContain('WHO co_lead');
    expect(rolesOn(TODAY, base, tookOver(roles), added)).not.toContain('WHO partner');
  });
  it('is gone as at every date when it is retracted, as nothing of it was ever so', () => {
    const took = tookOver({ ...roles, themes: ['HLD06-01'], followsUp: ['GFMD-2007'] });
    const undone = [base, took, { name: 'Retracted', data: { revision: 1, reason } } as CommitmentEvent];
    const { corrections, ...view } = viewOn(TODAY, ...undone);
    expect({ ...view, corrections: [] }).toEqual(asAt(stateAfter(base), TODAY));
    expect(corrections).toEqual([{ revision: 1, kind: 'retracted', reason, by: 2 }]);
  });
});
