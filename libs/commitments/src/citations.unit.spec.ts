import { describe, expect, it } from '@jest/globals';
import { fold } from '#eventsourcing';
import { documentsCitedAsAt } from './citations.js';
import { commitment, turningPoints, type CommitmentEvents } from './commitment.js';
import {
  stateAfter,
  deed,
  eventsOf,
  recorded,
  REFERENCE,
  SCENES,
  secretariat,
  staged,
} from './testing/a-commitment.js';
import { ACTS, type ActName } from './acts.js';
import '../../bodies/src/testing/real-forms.js';

const DAY_BEFORE = '2007-05-31';
const REPORT_DATE = '2007-06-01';
const cited = { document: 'D-CITED', locator: 'p. 1' };
const [early, late] = [{ reportedOn: '2007-01-31' }, { reportedOn: '2009-01-31' }];

/** The events of the scene of an act that cites something more. */
const citing = (act: ActName, citation: object) => {
  const { given, body, on } = SCENES[act];
  return eventsOf(...given, deed(act, { ...body, ...citation } as never, secretariat, { ...on, reference: REFERENCE }));
};
const documents = (events: ReturnType<typeof eventsOf>, asOf: string) =>
  documentsCitedAsAt(fold(commitment, commitment.initial, events), asOf);

describe('What an act cites', () => {
  const acts = (Object.keys(ACTS) as ActName[]).filter((act) => act !== 'record' && act !== 'blank');

  it.each(acts)('%s: is cited from its report on', (act) => {
    const [once, more] = [citing(act, { citation: cited }), citing(act, {})];
    expect(documents(once, REPORT_DATE)).toContain('D-CITED');
    expect(documents(once, DAY_BEFORE)).not.toContain('D-CITED');
    expect(documents(more, REPORT_DATE)).not.toContain('D-CITED');
  });
  it.each(acts.filter((act) => act !== 'correct' && act !== 'retract'))('%s: further citations count, too', (act) => {
    const both = { citation: { document: 'D-1', locator: 'p. 1' }, citations: [cited] };
    expect(documents(citing(act, both), REPORT_DATE)).toEqual(expect.arrayContaining(['D-1', 'D-CITED']));
  });
});

describe('The documents of a commitment', () => {
  const attached = (more: object = {}) =>
    deed('attachEvidence', { title: 'Draft', citation: cited, ...early, ...more });

  it('count with the record act whenever the commitment exists, and not before', () => {
    const c = stateAfter(recorded({ citation: cited, reportedOn: '2008-01-01' }), staged());
    expect([DAY_BEFORE, REPORT_DATE].map((asOf) => documentsCitedAsAt(c, asOf))).toEqual([[], ['D-CITED']]);
  });
  it('are found wherever they stand, in what no version knows, too', () => {
    const unheardOf = { seen: [{ where: { citation: cited } }] } as unknown as Partial<CommitmentEvents['Recorded']>;
    expect(documentsCitedAsAt(stateAfter(recorded(unheardOf)), REPORT_DATE)).toEqual(['D-CITED']);
    const elsewhere = { document: 'D-NOT-CITED' } as unknown as Partial<CommitmentEvents['Recorded']>;
    expect(documentsCitedAsAt(stateAfter(recorded(elsewhere)), REPORT_DATE)).toEqual([]);
  });
  it('are those of what was said, as corrected', () => {
    const instead = { citation: { document: 'D-INSTEAD', locator: 'p. 2' } };
    const corrected = deed('correct', { says: { ...instead, ...late }, reason: 'Wrong paper' }, secretariat, {
      revision: 1,
    });
    const c = stateAfter(recorded(), attached(), corrected);
    expect([REPORT_DATE, '2009-01-31'].map((asOf) => documentsCitedAsAt(c, asOf))).toEqual([[], ['D-INSTEAD']]);
  });
  it('are not those of what was retracted, but that of why; from the day of what it is about', () => {
    const why = { document: 'D-WHY', locator: 'p. 3' };
    const retracted = deed('retract', { reason: 'Not so', citation: why }, secretariat, { revision: 1 });
    const c = stateAfter(recorded(), attached(), retracted);
    expect(['2007-01-30', '2007-01-31'].map((asOf) => documentsCitedAsAt(c, asOf))).toEqual([[], ['D-WHY']]);
    expect(turningPoints(c)).toContain('2007-01-31');
  });
});
