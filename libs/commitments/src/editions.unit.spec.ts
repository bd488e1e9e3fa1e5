import { describe, expect, it } from '@jest/globals';
import { citation, deed, given, viewOn, recorded, TODAY, type Happening } from './testing/a-commitment.js';
import { type HoldEdition, type ReportUpkeep } from '#bodies';

const recurring = recorded({ nature: 'recurring', title: 'Coordination Meeting' });
const standing = recorded({ nature: 'standing', title: 'Help desk' });

describe('An edition of a recurring commitment', () => {
  const fifth: HoldEdition = {
    title: 'Fifth Coordination Meeting',
    held: '2006-11-20',
    until: '2006-11-21',
    nextDue: '2007-10',
    evidence: [{ title: 'Report of the meeting', date: '2006-12' }],
    reportedOn: '2007-01-31',
  };
  const sixth: HoldEdition = { title: 'Sixth', held: '2007-11', nextDue: '2008-10', reportedOn: '2007-12-31' };
  const hold = (act: Partial<HoldEdition>) => given(recurring).when('holdEdition', { ...fifth, ...act });
  const held = (edition: HoldEdition) => deed('holdEdition', edition);

  it('has its own dates and evidence', () => {
    hold({}).then({ name: 'EditionHeld', data: fifth });
    expect(viewOn('2007-01-30', recurring, held(fifth))).toMatchObject({
      editions: [],
      lastEdition: null,
      nextDue: null,
    });
    expect(viewOn('2007-01-31', recurring, held(fifth)).lastEdition).toEqual({ ...fifth, note: null, revision: 1 });
  });
  it('that came last is shown, with when the next is due, whatever order they are told in', () => {
    const late = [recurring, held(sixth), held({ ...fifth, reportedOn: '2008-03-01' })];
    for (const history of [[recurring, held(fifth), held(sixth)], late])
      expect(viewOn('2008-03-01', ...history)).toMatchObject({
        editions: [{ title: fifth.title }, { title: 'Sixth' }],
        lastEdition: { title: 'Sixth' },
        nextDue: '2008-10',
      });
    expect(viewOn('2007-12-31', ...late)).toMatchObject({ editions: [{ title: 'Sixth' }], nextDue: '2008-10' });
  });
  it('says when the next is due, or that this is unknown', () =>
    expect(viewOn(TODAY, recurring, held(fifth), held({ ...sixth, nextDue: null })).nextDue).toBeNull());
  it('was held by then, ended after it began, and the next comes after it', () => {
    hold({ held: '2007-02' }).rejected('date_in_the_future /held');
    hold({ until: '2007-02' }).rejected('date_in_the_future');
    hold({ evidence: [{ title: 'Report', date: '2007-02' }] }).rejected('date_in_the_future');
    hold({ until: '2006-11-19' }).rejected('ends_before_it_begins /until');
    hold({ until: '2006-11-20' }).state();
    hold({ nextDue: '2006-11-20' }).rejected('next_is_before /nextDue');
    hold({ nextDue: '2006-11-21' }).state();
    hold({ nextDue: '2006' }).state();
  });
  it('may be the last: then the commitment is completed, on its evidence', () => {
    const completed = { stage: 'completed', effective: '2006-11', reportedOn: '2007-01-31' } as const;
    const completing = (...editions: Happening[]) => given(recurring, ...editions).when('reportStage', completed);
    completing().rejected('completed_needs_proof');
    completing(held(fifth)).state();
    completing(held({ ...fifth, evidence: [] })).rejected('completed_needs_proof');
    const done = viewOn(TODAY, recurring, held(fifth), deed('reportStage', completed));
    expect(done).toMatchObject({ stage: 'completed', lastEdition: { title: fifth.title } });
    const cited = deed('reportStage', { ...completed, citation });
    given(recurring, cited).when('holdEdition', sixth).state();
  });
});

describe('The upkeep of a standing commitment', () => {
  const kept: ReportUpkeep = { period: '2007', keptUp: true, reportedOn: '2008-01-31' };
  const lapsed: ReportUpkeep = { period: '2008', keptUp: false, note: 'The desk was closed', reportedOn: '2009-01-31' };
  const told = (upkeep: ReportUpkeep) => deed('reportUpkeep', upkeep);
  const telling = (act: Partial<ReportUpkeep>) => given(standing).when('reportUpkeep', { ...kept, ...act });

  it('is told per period', () => {
    telling({}).then({ name: 'UpkeepReported', data: kept });
    const history = [standing, told(lapsed), told(kept)];
    expect(viewOn('2008-01-30', ...history)).toMatchObject({ upkeep: [], lastUpkeep: null });
    expect(viewOn('2008-01-31', ...history).lastUpkeep).toMatchObject({ period: '2007', keptUp: true, note: null });
    expect(viewOn('2009-01-31', ...history)).toMatchObject({
      upkeep: [{ period: '2007' }, { period: '2008' }],
      lastUpkeep: { period: '2008', keptUp: false, note: 'The desk was closed' },
    });
  });
  it('that failed needs a note that says why', () => telling({ ...lapsed, note: null }).rejected('note_needed /note'));
});
