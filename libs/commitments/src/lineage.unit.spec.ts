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
import { forms } from '#bodies';
import { handForms } from '../../bodies/src/testing/forms-at-hand.js';

handForms(forms);

const iom = focalPoint('IOM');
const reason = 'Recorded twice, from two papers of the same year';
const reportedOn = '2008-01-31';
const led = ledBy('IOM');
const ledByIlo = stateAfter(ledBy('ILO'));
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
    relate({ to: REFERENCE }).rejected('related_to_itself');
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
    relate({ type }, byReference({ [A_SECOND]: back(type) })).rejected('cycle');
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
    for (const takeOver of [who, { themes: ['HLD06-01'] }, { followsUp: ['GFMD-2007'] }])
      merge({ takeOver }).rejected('not_its_own');
    const later = deed('addAgency', { agency: 'WHO', role: 'partner', citation, reportedOn: '2008-02-01' });
    merge({ takeOver: who }, secretariat, otherCommitments, later).rejected('not_its_own');
  });
  it('hands over no lead, as the other has one', () =>
    merge({ takeOver: { agencies: agencies('IOM lead') } }).rejected('one_lead'));
  it('hands over an agency that is asked as one that is asked', () => {
    const asked = deed('addAgency', { agency: 'WHO', role: 'partner', reportedOn: '2007-02-01' }, iom);
    const [who] = agencies('WHO partner');
    const handedOver = { agencies: [{ ...who, asked: true }] };
    merge({ takeOver: { agencies: [who!] } }, secretariat, otherCommitments, asked).then(
      mergedWith({ takeOver: handedOver }),
    );
  });
  it('is into one that there is, that was there by then and goes on', () => {
    merge({ into: 'IOM-2099-01' }).rejected('unknown_reference');
    merge({ into: REFERENCE }).rejected('related_to_itself');
    const mergeInto = (other: Commitment, body = {}) => merge(body, secretariat, byReference({ [A_SECOND]: other }));
    mergeInto(stateAfter(recorded({ reportedOn: '2008-02-01' }))).rejected('not_there_yet');
    const early = stateAfter(recorded({ effective: '2005', reportedOn: '2005-01-01' }));
    mergeInto(early, { reportedOn: '2006-11-20' }).rejected('not_there_yet');
    mergeInto(stateAfter(led, { name: 'Withdrawn', data: { reason, reportedOn } })).rejected('not_active');
  });
  it('never goes in a circle', () => {
    const loops = {
      [A_SECOND]: stateAfter(led, merged(A_THIRD)),
      [A_THIRD]: stateAfter(led, merged(REFERENCE)),
    };
    merge({}, secretariat, byReference(loops)).rejected('cycle');
  });
  it('is the lead’s, when it leads both; across agencies it is the secretariat’s', () => {
    merge({}, iom).state();
    merge({}, focalPoint('ILO')).rejected('forbidden');
    merge({}, iom, byReference({ [A_SECOND]: ledByIlo })).rejected('forbidden');
    merge({}, secretariat, byReference({ [A_SECOND]: ledByIlo })).state();
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
    splits('IOM-2099-01').rejected('unknown_reference');
    splits(REFERENCE).rejected('related_to_itself');
  });
  it('a superseded one points to what took its place', () => {
    const body = { supersededBy: A_SECOND, reason, reportedOn };
    given(recorded()).when('supersede', body, secretariat, otherCommitments).then({ name: 'Superseded', data: body });
    const { end } = viewOn(reportedOn, recorded(), deed('supersede', body, secretariat, otherCommitments));
    expect(end).toMatchObject({ life: 'superseded', into: [A_SECOND] });
  });
  it.each([
    ['split', { into: [A_SECOND, A_THIRD] }],
    ['supersede', { supersededBy: A_SECOND }],
    ['withdraw', {}],
    ['merge', { into: A_SECOND }],
  ] as [ActName, object][])('%s is refused for a day on which it was not reported yet', (act, body) => {
    const early = stateAfter(recorded({ effective: '2005', reportedOn: '2005-01-01' }));
    const about = byReference({ [A_SECOND]: early, [A_THIRD]: early });
    const ends = (reportedOn: string) =>
      given(recorded()).when(act, { ...body, reason, reportedOn } as never, secretariat, about);
    ends('2006-11-20').rejected('not_there_yet');
    ends('2006-11-21').state();
  });
  it('a withdrawn one points nowhere', () => {
    const body = { reason, reportedOn };
    given(recorded()).when('withdraw', body).then({ name: 'Withdrawn', data: body });
    const history = [recorded(), deed('withdraw', body)];
    expect(viewOn('2008-01-30', ...history).life).toBe('active');
    expect(viewOn(reportedOn, ...history).end).toMatchObject({ life: 'withdrawn', into: [], reason });
  });
  it.each(['split', 'supersede'] as const)(
    '%s: the other ones are there, go on, and are the focal point’s own',
    (act) => {
      const trying = (other: Commitment, by = secretariat) =>
        given(recorded()).when(
          act,
          SCENES[act].body as never,
          by,
          byReference({
            [A_SECOND]: anotherCommitment,
            [A_THIRD]: other,
            ...(act === 'supersede' && { [A_SECOND]: other }),
          }),
        );
      trying(anotherCommitment, iom).state();
      trying(ledByIlo).state();
      trying(ledByIlo, iom).rejected('forbidden');
      trying(stateAfter(led, merged('IOM-2011-12'))).rejected('not_active');
      trying(stateAfter(led, merged(REFERENCE))).rejected('cycle');
      trying(stateAfter(recorded({ reportedOn: '2008-01-31' }))).rejected('not_there_yet');
    },
  );
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
  it('is added to the themes as they are by then: set before, also when that is told later', () => {
    const set = (reportedOn: string) => deed('setThemes', { themes: ['HLD06-09'], reportedOn });
    const took = tookOver({ themes: ['HLD06-01'] });
    expect(viewOn(TODAY, base, took, set('2007-06-01')).themes).toEqual(['HLD06-09', 'HLD06-01']);
    expect(viewOn(TODAY, base, took, set('2009-01-01')).themes).toEqual(['HLD06-09']);
  });
  it('gives agencies the roles that are listed; one that has such a role here keeps it', () => {
    expect(rolesOn('2008-01-30', base, tookOver(roles))).toEqual(rolesOn(reportedOn, base));
    expect(rolesOn(reportedOn, base, tookOver(roles)).join(', ')).toBe(
      'IOM lead, ILO co_lead, UNHCR observer, WB funder, WB host, WB partner, WHO partner',
    );
  });
  it('gives an agency its role that had left by then', () => {
    const left = deed('removeAgency', { reportedOn: '2007-06-01' }, secretariat, { agency: 'ILO' });
    expect(rolesOn(reportedOn, base, left, tookOver(roles))).toContain('ILO partner');
    expect(rolesOn(reportedOn, base, tookOver(roles), left)).toContain('ILO partner');
  });
  it('leaves an agency the role that it had by then, though that is told later', () => {
    const added = deed('addAgency', { agency: 'WHO', role: 'co_lead', citation, reportedOn: '2007-06-01' });
    expect(rolesOn(TODAY, base, tookOver(roles), added)).toContain('WHO co_lead');
    expect(rolesOn(TODAY, base, tookOver(roles), added)).not.toContain('WHO partner');
  });
  it('leaves an agency that was asked asked', () => {
    const asked = { agencies: [{ agency: 'WHO', role: 'partner', asked: true }] };
    expect(rolesOn(TODAY, base, tookOver(asked))).toContain('WHO partner?');
  });
  it('is gone as at every date when it is retracted, as nothing of it was ever so', () => {
    const took = tookOver({ ...roles, themes: ['HLD06-01'], followsUp: ['GFMD-2007'] });
    const undone = [base, took, { name: 'Retracted', data: { revision: 1, reason } } as CommitmentEvent];
    const { corrections, ...view } = viewOn(TODAY, ...undone);
    expect({ ...view, corrections: [] }).toEqual(asAt(stateAfter(base), TODAY));
    expect(corrections).toEqual([{ revision: 1, kind: 'retracted', reason, by: 2 }]);
  });
});
