import { describe, expect, it } from '@jest/globals';
import { type CommitmentEvent, type CommitmentEvents } from './commitment.js';
import {
  agencies,
  citation,
  focalPoint,
  given,
  recorded as known,
  REFERENCE,
  SCENES,
  secretariat,
  TODAY,
} from './testing/a-commitment.js';
import { ACTS, type ActName, type BodyOf } from './acts.js';
import { AMENDING } from './testing/commitment-model.js';
import '../../bodies/src/testing/real-forms.js';

const iom = focalPoint('IOM');
const recorded = (other: Partial<CommitmentEvents['Recorded']> = {}): CommitmentEvent =>
  known({ agencies: agencies('IOM lead'), ...other });
const wording = recorded().data as BodyOf<'record'>;
const record = (act: Partial<BodyOf<'record'>> = {}, by = secretariat, reference: string | null = null) =>
  given().when('record', { ...wording, ...act }, by, { reference });

describe('A commitment is recorded', () => {
  it('with all that was said of it, less what was null', () =>
    record({ reference: REFERENCE, condition: null, target: { date: '2007', note: null } }).then(
      recorded({ target: { date: '2007' } }),
    ));
  it('only once', () => given(recorded()).when('record', wording).rejected('already_recorded'));
  it('with exactly one lead', () => {
    record({ agencies: agencies('IOM partner') }).rejected('one_lead');
    record({ agencies: agencies('IOM lead', 'ILO lead') }).rejected('one_lead');
  });
  it.each([
    ['IOM lead', 'IOM partner'],
    ['IOM lead', 'IOM co_lead'],
    ['UNHCR lead', 'IOM co_lead', 'IOM partner'],
    ['UNHCR lead', 'IOM funder', 'IOM funder'],
  ] as const)('never with one agency in two of these roles, or twice in one: %s, %s', (...roles) =>
    record({ agencies: agencies(...roles) }).rejected('one_role'),
  );
  it('with an agency that is lead and funder and host', () => {
    const several = { agencies: agencies('IOM lead', 'IOM funder', 'IOM host') };
    record(several).then(recorded(several));
  });
  it('by a focal point only with its own agency as lead, which is then who reports', () => {
    record({}, iom).then(recorded({ agency: 'IOM' }));
    record({}, focalPoint('ILO')).rejected('forbidden');
    record({ agency: 'ILO' }, iom).rejected('forbidden');
  });
  it('by the secretariat also from the report of a co-lead or partner, whose part it is then', () => {
    const cited = { agencies: agencies('IOM lead', 'ILO partner', 'WB funder'), citation };
    record({ ...cited, agency: 'ILO' }).then(recorded({ ...cited, agency: 'ILO' }));
    for (const agency of ['WB', 'WHO']) record({ ...cited, agency }).rejected('no_part');
  });
  it.each([
    ['IOM-2006-01', null],
    ['ILO-2006-01', 'forbidden'],
    ['IOM-X-2006-01', 'forbidden'],
    ['XIOM-2006-01', 'forbidden'],
    ['iom-2006-01', 'bad_reference'],
    ['IOM-06-01', 'bad_reference'],
    ['IOM-2006-1', 'bad_reference'],
    ['IOM-2006-01 ', 'bad_reference'],
  ])('by a focal point of IOM as %s: %s', (reference, code) => {
    const act = record({ reference }, iom, reference);
    if (code) act.rejected(code);
    else act.then(recorded({ agency: 'IOM' }));
  });
  it('by a focal point whose agency code has a dot, under that very code', () => {
    const dotted = { agencies: agencies('U.N lead') };
    record({ ...dotted, reference: 'U.N-2006-01' }, focalPoint('U.N')).then(recorded({ ...dotted, agency: 'U.N' }));
    record({ ...dotted, reference: 'UXN-2006-01' }, focalPoint('U.N')).rejected('forbidden');
  });
  it('by the secretariat under any reference of the form', () => {
    record({ reference: 'BELGIUM-2007-01' }).then(recorded());
    record({ reference: 'Belgium 1' }).rejected('bad_reference');
  });
  it('under a generated reference only where one can be made of the lead’s code', () => {
    const slashed = { agencies: agencies('gov/che lead') };
    record(slashed).rejected('reference_needed');
    record({ ...slashed, reference: 'CHE-2006-01' }, secretariat, 'CHE-2006-01').state();
  });
  it('never as related to itself', () =>
    record({ relations: [{ type: 'part_of', to: REFERENCE }] }, secretariat, REFERENCE).rejected('related_to_itself'));
});

describe('Dates (rule 3)', () => {
  const report = (effective: string, reportedOn: string) =>
    given(recorded()).when('reportStage', { stage: 'in_progress', effective, reportedOn });

  it.each([
    ['2006-11-21', '2006-11-21'],
    ['2006', '2006-01-01'],
    ['2006-11', '2006-11-01'],
    ['1990', TODAY],
  ])('a stage of %s may be reported on %s', (effective, reportedOn) =>
    record({ effective, reportedOn }).then(recorded({ effective, reportedOn })),
  );
  it.each([
    ['2006-11-22', '2006-11-21'],
    ['2006-12', '2006-11-30'],
    ['2007', '2006-12-31'],
  ])('a stage of %s may not be reported on %s', (effective, reportedOn) => {
    record({ effective, reportedOn }).rejected('date_in_the_future');
    report(effective, reportedOn).rejected('date_in_the_future /effective');
  });
  it('evidence and reached milestones obey it too, and may lack a date', () => {
    record({ evidence: [{ title: 'Draft', date: '2006-12' }] }).rejected('date_in_the_future');
    record({ milestones: [{ title: 'Draft', reachedOn: '2006-12' }] }).rejected('date_in_the_future');
    const undated = { evidence: [{ title: 'Draft' }], milestones: [{ title: 'Draft', due: '2030' }] };
    record(undated).then(recorded(undated));
  });

  const reporting = (Object.keys(ACTS) as ActName[]).filter((act) => 'reportedOn' in SCENES[act].body);
  it('belong to every act but those on what was said', () =>
    expect(Object.keys(ACTS).filter((act) => !reporting.includes(act as ActName))).toEqual(AMENDING));
  it.each(reporting)('%s is not reported after today, and is today', (act) => {
    const { given: before, body, on } = SCENES[act];
    const reportedOn = (day: string) =>
      given(...before).when(act, { ...body, reportedOn: day } as never, secretariat, on);
    reportedOn('2012-11-03').rejected('date_in_the_future /reportedOn');
    reportedOn(TODAY).state();
  });
});

describe('An act', () => {
  const acts = (Object.keys(ACTS) as ActName[]).filter((act) => act !== 'record');
  it.each(acts)('%s, needs a commitment that there is, and is not found rather than forbidden without one', (act) => {
    const { body, on } = SCENES[act];
    for (const by of [secretariat, focalPoint('WHO')])
      given()
        .when(act, body as never, by, on)
        .rejected('not_found');
  });
  it('is only of a commitment that was reported by today', () => {
    const setting = (today: string) =>
      given(recorded()).when('setThemes', { themes: ['X'], reportedOn: '2006-11-20' }, { ...secretariat, today });
    setting('2006-11-20').rejected('not_found');
    setting('2006-11-21').state();
  });
});
