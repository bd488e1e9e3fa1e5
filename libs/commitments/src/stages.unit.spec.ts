import { describe, expect, it } from '@jest/globals';
import { type ActorOnDay, type CommitmentEvent, type CommitmentEvents } from './commitment.js';
import {
  citation,
  deed,
  focalPoint,
  given,
  viewOn,
  recorded,
  secretariat,
  staged,
  TODAY,
  type Happening,
} from './testing/a-commitment.js';
import { FINDINGS, type Role } from '#words';
import { type BodyOf } from './acts.js';
import { type ReportStage } from '#bodies';

const iom = focalPoint('IOM');
const ilo = focalPoint('ILO');
const wb = focalPoint('WB');
const reportedOn = '2007-06-01';
const reason = 'As the paper says';

const stage = (act: Partial<ReportStage>): ReportStage => ({
  stage: 'in_progress',
  effective: '2007',
  reportedOn,
  ...act,
});
const report = (act: Partial<ReportStage>, by = secretariat, ...history: Happening[]) =>
  given(...(history.length > 0 ? history : [recorded()])).when('reportStage', stage(act), by);
const record = (act: Partial<BodyOf<'record'>>) =>
  given().when('record', { ...recorded().data, ...act } as BodyOf<'record'>);
const reports = (act: Partial<ReportStage>, by = secretariat) => deed('reportStage', stage(act), by);
/** From one day on another agency leads; the former lead becomes a partner unless it is said otherwise. */
const moves = (
  agency: string,
  reportedOn: string,
  formerLeadBecomes: CommitmentEvents['RoleChanged']['formerLeadBecomes'] = 'partner',
  from: Role = 'partner',
): CommitmentEvent => ({
  name: 'RoleChanged',
  data: { agency, from, role: 'lead', formerLeadBecomes, reportedOn },
});

describe('A stage is reported', () => {
  it('and says which agency reports', () => {
    report({}, iom).then(staged({ agency: 'IOM' }));
    report({}, wb).then(staged({ agency: 'WB' }));
    report({ agency: 'ILO' }, iom).rejected('forbidden');
    report({ agency: 'ILO' }).then(staged({ agency: 'ILO' }));
    report({}).then(staged());
  });
  it('only of the part of a lead, co-lead or partner', () => {
    report({ agency: 'UNHCR' }).rejected('no_part /agency');
    report({ agency: 'WHO' }).rejected('no_part');
    report({}, focalPoint('UNHCR')).rejected('forbidden');
    const removed = deed('removeAgency', { reportedOn: '2009-01-01' }, secretariat, { agency: 'ILO' });
    report({ agency: 'ILO' }, secretariat, recorded(), removed).state();
    report({ agency: 'ILO', reportedOn: '2009-01-01' }, secretariat, recorded(), removed).rejected('no_part');
  });
  it('completed only with evidence or a citation', () => {
    report({ stage: 'completed' }).rejected('completed_needs_proof /citation');
    report({ stage: 'completed', citation }).then(staged({ stage: 'completed', citation }));
    report({ stage: 'completed' }, secretariat, recorded({ evidence: [{ title: 'Handbook' }] })).state();
    const attached = deed('attachEvidence', { title: 'Handbook', reportedOn: '2007-01-01' });
    report({ stage: 'completed' }, secretariat, recorded(), attached).then(staged({ stage: 'completed' }));
    record({ stage: 'completed' }).rejected('completed_needs_proof');
    record({ stage: 'completed', evidence: [{ title: 'Handbook' }] }).state();
  });
  it.each(['on_hold', 'discontinued'] as const)('%s only with a note', (stage) => {
    report({ stage }).rejected('note_needed /note');
    report({ stage, note: 'No money' }).then(staged({ stage, note: 'No money' }));
    record({ stage }).rejected('note_needed');
  });
  it('with a next step and its date, or that there is none; never a date without a step, nor both', () => {
    const next = { nextStep: 'Print it', nextStepDue: '2013-03' };
    report(next).then(staged(next));
    report({ noNextStep: true }).then(staged({ noNextStep: true }));
    record(next).state();
    for (const say of [report, record]) {
      say({ ...next, noNextStep: true }).rejected('contradiction');
      say({ nextStepDue: '2013' }).rejected('next_step_needed');
    }
  });
  it('never completed when the commitment is standing', () => {
    const completed = { stage: 'completed', citation } as const;
    report(completed, secretariat, recorded({ nature: 'standing' })).rejected('standing_never_completes /stage');
    record({ nature: 'standing', ...completed }).rejected('standing_never_completes');
    report(completed, secretariat, recorded({ nature: 'recurring' })).state();
  });

  describe('after a completed one', () => {
    const completed = [recorded(), reports({ stage: 'completed', citation })];
    const back = { effective: '2008', reportedOn: '2008-06-01' };
    const note = 'It was a draft';

    it('going back only with a note', () => {
      report(back, secretariat, ...completed).rejected('note_needed');
      report({ ...back, note }, secretariat, ...completed).then(staged({ ...back, note }));
      report({ ...back, stage: 'completed', citation }, secretariat, ...completed).state();
    });
    it('with a note where it goes back from what was reported after it, though it is told later', () => {
      const later = [recorded(), reports({ stage: 'completed', citation, reportedOn: '2008-06-01' })];
      report({ effective: '2008-01', reportedOn: '2008-01-31' }, secretariat, ...later).rejected('note_needed');
      report({ effective: '2007-01', reportedOn: '2008-01-31' }, secretariat, ...later).state();
    });
    it('by another agency without a note, though the lead’s part is completed: it does not go back', () => {
      report(back, ilo, ...completed).state();
      report(back, iom, ...completed).rejected('note_needed');
    });
    it('without a note where it does not go back: an earlier stage that the completed one outranks', () => {
      report({ ...back, effective: '2007-01' }, secretariat, ...completed).state();
    });
    it('with a note where it went back as at its own date, whatever came after', () => {
      const history = [...completed, reports({ effective: '2009', reportedOn: '2009-06-01', note })];
      report(back, secretariat, ...history).rejected('note_needed');
      report({ ...back, note }, secretariat, ...history).state();
    });
  });
});

describe('Parts', () => {
  const parts = (asOf: string, ...history: Happening[]) =>
    viewOn(asOf, recorded(), ...history).parts.map(
      ({ agency, role, entry }) => `${agency} ${role} ${entry?.stage ?? 'unreported'}`,
    );
  const headline = (asOf: string, ...history: Happening[]) => {
    const { stage, headline } = viewOn(asOf, recorded(), ...history);
    return `${stage} ${headline.revision}`;
  };

  it('there are of lead, co-leads and partners, and of nobody else', () =>
    expect(parts('2006-11-21')).toEqual(['IOM lead planned', 'ILO co_lead unreported', 'WB partner unreported']));
  it('each say a stage, an outlook, a note and citations of their own', () => {
    const own = { stage: 'on_hold', effective: '2007-05', outlook: 'at_risk', note: 'No money', citation } as const;
    const { parts, entries } = viewOn(reportedOn, recorded(), reports({ ...own }, wb));
    expect(parts[2]).toEqual({
      agency: 'WB',
      role: 'partner',
      entry: { ...own, agency: 'WB', reportedOn, revision: 1 },
      verification: null,
    });
    expect(entries).toHaveLength(2);
  });
  it('of another agency do not touch the headline, which is the lead’s', () => {
    const others = [reports({}, ilo), reports({ stage: 'completed', citation, reportedOn: '2008-01-01' }, wb)];
    expect(headline(TODAY, ...others)).toBe('planned 0');
    expect(parts(TODAY, ...others)).toEqual(['IOM lead planned', 'ILO co_lead in_progress', 'WB partner completed']);
    expect(headline(TODAY, ...others, reports({ reportedOn: '2007-02-01' }, iom))).toBe('in_progress 3');
  });
  it('that name no agency are of whoever led as at their report', () => {
    const history = [
      reports({ stage: 'in_progress', reportedOn: '2007-02-01' }),
      moves('WB', '2007-06-01'),
      reports({ stage: 'on_hold', note: 'No money', reportedOn: '2007-06-01' }),
      reports({ stage: 'proposed', reportedOn: '2007-05-31', effective: '2007-05-31' }),
    ];
    const silent = 'ILO co_lead unreported';
    expect(parts('2007-05-31', ...history)).toEqual(['IOM lead proposed', silent, 'WB partner unreported']);
    expect(parts('2007-06-01', ...history)).toEqual(['WB lead on_hold', silent, 'IOM partner proposed']);
    expect(headline('2007-05-31', ...history)).toBe('proposed 4');
    expect(headline('2007-06-01', ...history)).toBe('on_hold 3');
  });
});

describe('The secretariat’s reading', () => {
  const reading = { verification: 'contested', reason, citation, reportedOn } as const;
  const verify = (act: object, ...more: Happening[]) =>
    given(recorded(), ...more).when('verify', { ...reading, ...act });
  const read = (act: object = {}) => deed('verify', { ...reading, ...act });

  it.each(FINDINGS)('may be %s', (verification) =>
    verify({ verification }).then({ name: 'Verified', data: { ...reading, verification, agency: 'IOM', entry: 0 } }),
  );
  it('cites what it rests on, unless it found nothing', () => {
    for (const verification of FINDINGS.filter((finding) => finding !== 'no_evidence'))
      verify({ verification, citation: null }).rejected('citation_needed /citation');
    verify({ verification: 'no_evidence', citation: null }).state();
  });
  it('is nobody else’s to say', () => {
    for (const agency of ['IOM', 'ILO', 'WHO'])
      given(recorded()).when('verify', reading, focalPoint(agency)).rejected('forbidden');
  });
  it('shows beside the agency’s word and does not overwrite it', () => {
    const before = viewOn(reportedOn, recorded());
    const after = viewOn(reportedOn, recorded(), read());
    expect(before.verification).toBeNull();
    expect(after).toMatchObject({ stage: before.stage, headline: before.headline, entries: before.entries });
    expect(after.verification).toEqual({ ...reading, entry: 0, current: true, replies: [], revision: 1 });
    expect(after.parts[0]!.verification).toEqual(after.verification);
    expect(after.parts[1]!.verification).toBeNull();
    expect(viewOn('2007-05-31', recorded(), read()).verification).toBeNull();
  });
  it('of a partner’s part shows there, not at the headline', () => {
    const history = [reports({}, wb), read({ agency: 'WB' })];
    verify({ agency: 'WB' }, reports({}, wb)).then({ name: 'Verified', data: { ...reading, agency: 'WB', entry: 1 } });
    const { parts, verification } = viewOn(reportedOn, recorded(), ...history);
    expect(verification).toBeNull();
    expect(parts.map((part) => part.verification?.verification)).toEqual([undefined, undefined, 'contested']);
  });
  it('is of a part that was reported', () => {
    verify({ agency: 'ILO' }).rejected('nothing_reported /agency');
    verify({ agency: 'WHO' }).rejected('nothing_reported');
    const left = deed('removeAgency', { reportedOn: '2008-01-01' }, secretariat, { agency: 'WB' });
    verify({ agency: 'WB' }, reports({}, wb), left).state();
    verify({ agency: 'WB', reportedOn: '2008-01-01' }, reports({}, wb), left).rejected('nothing_reported');
  });
  it('is no longer current once the agency reports anew, and of two readings the later holds', () => {
    const anew = reports({ reportedOn: '2008-01-01' }, iom);
    expect(viewOn('2007-12-31', recorded(), read(), anew).verification).toMatchObject({ entry: 0, current: true });
    expect(viewOn('2008-01-01', recorded(), read(), anew).verification).toMatchObject({ entry: 0, current: false });
    const again = read({ verification: 'documented', reportedOn: '2008-02-01' });
    const both = [recorded(), read(), anew, again];
    const later = { verification: 'documented', entry: 2, current: true };
    expect(viewOn('2008-02-01', ...both).verification).toMatchObject(later);
    expect(viewOn('2008-01-31', ...both).verification).toMatchObject({ verification: 'contested' });
  });

  describe('is replied to', () => {
    const reply = { text: 'The receipt is attached.', reportedOn };
    const replied = (by: ActorOnDay, act: object = {}) => deed('reply', { ...reply, ...act }, by);
    const replying = (by: ActorOnDay, act: object, ...history: Happening[]) =>
      given(...history).when('reply', { ...reply, ...act }, by);
    const says = (agency: string, to: number): CommitmentEvent => ({ name: 'Replied', data: { ...reply, agency, to } });

    it('by the agency whose part was read', () => {
      for (const by of [iom, secretariat]) replying(by, {}, recorded(), read()).then(says('IOM', 1));
      for (const agency of ['ILO', 'UNHCR', 'WHO'])
        replying(focalPoint(agency), {}, recorded(), read()).rejected('forbidden');
      const two = [recorded(), reports({}, wb), read(), read({ agency: 'WB' })];
      replying(wb, { agency: 'IOM' }, ...two).rejected('forbidden');
      replying(wb, {}, ...two).then(says('WB', 3));
    });
    it('side by side: neither overwrites the other', () => {
      const later = { text: 'And here is another.', reportedOn: '2008-01-01' };
      const history = [recorded(), read(), replied(iom), replied(iom, later)];
      const shown = [
        { ...reply, agency: 'IOM', revision: 2 },
        { ...later, agency: 'IOM', revision: 3 },
      ];
      const contested = (day: string) => viewOn(day, ...history).verification;
      expect(contested('2007-12-31')).toMatchObject({ verification: 'contested', replies: [shown[0]] });
      expect(contested('2008-01-01')).toMatchObject({ verification: 'contested', replies: shown });
    });
  });
});

describe('No change', () => {
  const confirmed = deed('confirm', { reportedOn: '2008-03-01' }, iom);

  it('is confirmed by whoever has a part, once something was reported', () => {
    const confirm = (body: BodyOf<'confirm'>, by = secretariat) =>
      given(recorded(), staged()).when('confirm', body, by);
    confirm({ reportedOn: '2008-03-01' }, iom).then({
      name: 'Confirmed',
      data: { agency: 'IOM', reportedOn: '2008-03-01' },
    });
    confirm({ reportedOn: '2006-11-20' }).rejected('nothing_to_confirm');
    confirm({ agency: 'WHO', reportedOn: '2007-01-01' }).rejected('no_part');
    confirm({ agency: 'ILO', reportedOn: '2007-01-01' }, iom).rejected('forbidden');
  });
  it('counts as a report and leaves the stage, its dates and its entries as they were', () => {
    const [before, now] = [viewOn(TODAY, recorded(), staged()), viewOn(TODAY, recorded(), staged(), confirmed)];
    expect(now).toEqual({ ...before, lastReportedOn: '2008-03-01' });
  });
});
