import { describe, it } from '@jest/globals';
import { specification } from '../../eventsourcing/src/testing/specification.js';
import * as acts from './commitment.js';
import { commitment, type By, type CommitmentEvent, type CommitmentEvents } from './commitment.js';

const given = specification(commitment);

const secretariat: By = { role: 'secretariat', agency: null, today: '2012-11-02' };
const focalPoint = (agency: string): By => ({ role: 'focal_point', agency, today: '2012-11-02' });
const iom = focalPoint('IOM');

const citation = { document: 'D-2007-WP204', locator: 'para 12' };
const on = { reference: 'IOM-2006-01' };

const wording: acts.RecordCommitment = {
  title: 'Remittances handbook',
  summary: 'IOM is to write a handbook on remittances.',
  kind: 'publication',
  nature: 'one_off',
  strength: 'undertaken',
  agencies: [{ agency: 'IOM', role: 'lead' }],
  themes: ['HLD06-04'],
  stage: 'planned',
  effective: '2006-11',
  reportedOn: '2006-11-21',
};
const recorded = (other: Partial<CommitmentEvents['Recorded']> = {}): CommitmentEvent => ({
  name: 'Recorded',
  data: { ...wording, ...other },
});
const staged = (other: Partial<acts.ReportStage> = {}): CommitmentEvent => ({
  name: 'StageReported',
  data: { stage: 'in_progress', effective: '2007', reportedOn: '2007-06-01', agency: 'IOM', ...other },
});

const record = (act: Partial<acts.RecordCommitment> = {}, by = secretariat, reference: string | null = null) =>
  given().when((c) => acts.decide('record', c, { ...wording, ...act }, by, { reference }));
const report = (act: Partial<acts.ReportStage>, by = secretariat, ...history: CommitmentEvent[]) =>
  given(...(history.length > 0 ? history : [recorded()])).when((c) =>
    acts.decide('reportStage', c, { stage: 'in_progress', effective: '2007', reportedOn: '2007-06-01', ...act }, by, on),
  );

describe('A commitment is recorded', () => {
  it('with all that was said of it, less what was null', () =>
    record({ reference: 'IOM-2006-01', condition: null, target: { date: '2007', note: null } }).then(
      recorded({ target: { date: '2007' } }),
    ));
  it('only once', () =>
    given(recorded())
      .when((c) => acts.decide('record', c, wording, secretariat, on))
      .rejected('already_recorded'));
  it('with exactly one lead', () => {
    record({ agencies: [{ agency: 'IOM', role: 'partner' }] }).rejected('one_lead');
    record({
      agencies: [
        { agency: 'IOM', role: 'lead' },
        { agency: 'ILO', role: 'lead' },
      ],
    }).rejected('one_lead');
  });
  it.each([
    ['lead', 'partner', 'one_role'],
    ['lead', 'co_lead', 'one_role'],
    ['funder', 'funder', 'one_role'],
  ] as const)('never with an agency that is %s and %s', (one, other, code) =>
    record({
      agencies: [
        { agency: 'UNHCR', role: one === 'lead' ? 'partner' : 'lead' },
        { agency: 'IOM', role: one },
        { agency: 'IOM', role: other },
      ].filter(({ agency }) => one !== 'lead' || agency === 'IOM') as acts.AgencyRole[],
    }).rejected(code),
  );
  it('with an agency that is lead and funder and host', () => {
    const agencies: acts.AgencyRole[] = [
      { agency: 'IOM', role: 'lead' },
      { agency: 'IOM', role: 'funder' },
      { agency: 'IOM', role: 'host' },
    ];
    record({ agencies }).then(recorded({ agencies }));
  });
  it('by a focal point only with its own agency as lead, which is then who reports', () => {
    record({}, iom).then(recorded({ agency: 'IOM' }));
    record({}, focalPoint('ILO')).rejected('forbidden');
    record({ agency: 'ILO' }, iom).rejected('forbidden');
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
    const agencies: acts.AgencyRole[] = [{ agency: 'U.N', role: 'lead' }];
    record({ agencies, reference: 'U.N-2006-01' }, focalPoint('U.N')).then(recorded({ agencies, agency: 'U.N' }));
    record({ agencies, reference: 'UXN-2006-01' }, focalPoint('U.N')).rejected('forbidden');
  });
  it('by the secretariat under any reference of the form', () => {
    record({ reference: 'BELGIUM-2007-01' }).then(recorded());
    record({ reference: 'Belgium 1' }).rejected('bad_reference');
  });
  it('never as related to itself', () =>
    record({ relations: [{ type: 'part_of', to: 'IOM-2006-01' }] }, secretariat, 'IOM-2006-01').rejected(
      'related_to_itself',
    ));
});

describe('Dates (rule 3)', () => {
  it.each([
    ['2006-11-21', '2006-11-21'],
    ['2006', '2006-01-01'],
    ['2006-11', '2006-11-01'],
    ['1990', '2012-11-02'],
  ])('a stage of %s may be reported on %s', (effective, reportedOn) =>
    record({ effective, reportedOn }).then(recorded({ effective, reportedOn })),
  );
  it.each([
    ['2006-11-22', '2006-11-21'],
    ['2006-12', '2006-11-30'],
    ['2007', '2006-12-31'],
    ['2006', '2012-11-03'],
  ])('a stage of %s may not be reported on %s, when today is 2012-11-02', (effective, reportedOn) => {
    record({ effective, reportedOn }).rejected('date_in_the_future');
    report({ effective, reportedOn }).rejected('date_in_the_future');
  });
  it('evidence and reached milestones obey it too, and may lack a date', () => {
    record({ evidence: [{ title: 'Draft', date: '2006-12' }] }).rejected('date_in_the_future');
    record({ milestones: [{ title: 'Draft', reachedOn: '2006-12' }] }).rejected('date_in_the_future');
    record({ evidence: [{ title: 'Draft' }], milestones: [{ title: 'Draft', due: '2030' }] }).then(
      recorded({ evidence: [{ title: 'Draft' }], milestones: [{ title: 'Draft', due: '2030' }] }),
    );
  });
  it.each<[string, (c: acts.Commitment, reportedOn: string) => CommitmentEvent[]]>([
    [
      'addAgency',
      (c, reportedOn) => acts.decide('addAgency', c, { agency: 'ILO', role: 'partner', reportedOn }, secretariat, on),
    ],
    [
      'changeRole',
      (c, r) => acts.decide('changeRole', c, { role: 'co_lead', reportedOn: r }, secretariat, { ...on, agency: 'X' }),
    ],
    ['removeAgency', (c, r) => acts.decide('removeAgency', c, { reportedOn: r }, secretariat, { ...on, agency: 'X' })],
    ['setThemes', (c, reportedOn) => acts.decide('setThemes', c, { themes: ['T'], reportedOn }, secretariat, on)],
    ['setTarget', (c, reportedOn) => acts.decide('setTarget', c, { date: '2030', reportedOn }, secretariat, on)],
    ['addMilestone', (c, reportedOn) => acts.decide('addMilestone', c, { title: 'M', reportedOn }, secretariat, on)],
    ['reach', (c, r) => acts.decide('reachMilestone', c, { reportedOn: r }, secretariat, { ...on, milestone: 1 })],
    [
      'reschedule',
      (c, r) => acts.decide('rescheduleMilestone', c, { due: '2030', reportedOn: r }, secretariat, { ...on, milestone: 1 }),
    ],
    ['drop', (c, r) => acts.decide('dropMilestone', c, { note: 'n', reportedOn: r }, secretariat, { ...on, milestone: 1 })],
    ['attachEvidence', (c, reportedOn) => acts.decide('attachEvidence', c, { title: 'E', reportedOn }, secretariat, on)],
    ['relate', (c, reportedOn) => acts.decide('relate', c, { type: 'part_of', to: 'X-2006-01', reportedOn }, secretariat, on)],
    ['amendWording', (c, reportedOn) => acts.decide('amendWording', c, { title: 'T', reportedOn }, secretariat, on)],
  ])('%s is not reported after today, and is today', (_, decide) => {
    const known = recorded({
      agencies: [...wording.agencies, { agency: 'X', role: 'partner' }],
      milestones: [{ title: 'M' }],
    });
    given(known)
      .when((c) => decide(c, '2012-11-03'))
      .rejected('date_in_the_future');
    given(known)
      .when((c) => decide(c, '2012-11-02'))
      .state();
  });
});

describe('A stage is reported', () => {
  it('and says which agency reports', () => {
    report({}, iom).then(staged());
    report({ agency: 'ILO' }, iom).rejected('forbidden');
    report({ agency: 'ILO' }).then(staged({ agency: 'ILO' }));
  });
  it('completed only with evidence or a citation', () => {
    report({ stage: 'completed' }).rejected('completed_needs_proof');
    report({ stage: 'completed', citation }).then(staged({ stage: 'completed', citation, agency: undefined }));
    report({ stage: 'completed' }, secretariat, recorded({ evidence: [{ title: 'Handbook' }] })).then(
      staged({ stage: 'completed', agency: undefined }),
    );
    const attached: CommitmentEvent = {
      name: 'EvidenceAttached',
      data: { title: 'Handbook', reportedOn: '2007-01-01' },
    };
    report({ stage: 'completed' }, secretariat, recorded(), attached).then(
      staged({ stage: 'completed', agency: undefined }),
    );
    record({ stage: 'completed' }).rejected('completed_needs_proof');
    record({ stage: 'completed', evidence: [{ title: 'Handbook' }] }).state();
  });
  it.each(['on_hold', 'discontinued'] as const)('%s only with a note', (stage) => {
    report({ stage }).rejected('note_needed');
    report({ stage, note: 'No money' }).then(staged({ stage, note: 'No money', agency: undefined }));
    record({ stage }).rejected('note_needed');
  });
  it('never completed when the commitment is standing', () => {
    report({ stage: 'completed', citation }, secretariat, recorded({ nature: 'standing' })).rejected(
      'standing_never_completes',
    );
    record({ nature: 'standing', stage: 'completed', citation }).rejected('standing_never_completes');
    report({ stage: 'completed', citation }, secretariat, recorded({ nature: 'recurring' })).state();
  });
  it('going back from completed only with a note', () => {
    const completed = staged({ stage: 'completed', citation });
    const back = { effective: '2008', reportedOn: '2008-06-01' };
    report(back, secretariat, recorded(), completed).rejected('note_needed');
    report({ ...back, note: 'It was a draft' }, secretariat, recorded(), completed).then(
      staged({ ...back, note: 'It was a draft', agency: undefined }),
    );
    report({ ...back, stage: 'completed', citation }, secretariat, recorded(), completed).state();
  });
  it('without a note where it does not go back: an earlier stage that the completed one outranks', () => {
    report(
      { effective: '2007-01', reportedOn: '2008-06-01' },
      secretariat,
      recorded(),
      staged({ stage: 'completed', citation }),
    ).state();
  });
  it('with a note where it went back from completed as at its own date, whatever came after', () => {
    const history = [
      recorded(),
      staged({ stage: 'completed', citation }),
      staged({ effective: '2009', reportedOn: '2009-06-01', note: 'A draft' }),
    ];
    report({ effective: '2008', reportedOn: '2008-06-01' }, secretariat, ...history).rejected('note_needed');
    report({ effective: '2008', reportedOn: '2008-06-01', note: 'A draft' }, secretariat, ...history).state();
  });
  it('only of a commitment that there is', () =>
    given()
      .when((c) => acts.decide('reportStage', c, { stage: 'planned', effective: '2006', reportedOn: '2006-11-21' }, iom, on))
      .rejected('not_found'));
});
