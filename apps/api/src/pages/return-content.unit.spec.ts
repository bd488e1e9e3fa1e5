import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classOf, type ReturnDraft } from '#bodies';
import { formFieldsOf, validated } from '#platform';
import { joinedDrafts } from '#rounds';
import { draftIn } from './return-content.js';
import { runs } from '../../../../test/support/properties.js';

const EMPTY: ReturnDraft = { commitments: [] };
const says = fc.constantFrom('update', 'no_change', 'not_assessed');
const draft = fc
  .dictionary(fc.constantFrom('A-1', 'A-2', 'A-3'), says)
  .map(
    (all) =>
      ({ commitments: Object.entries(all).map(([reference, word]) => ({ reference, says: word })) }) as ReturnDraft,
  );
const saidOf = ({ commitments }: ReturnDraft) => new Map(commitments.map((one) => [one.reference, one.says]));

describe('Two drafts that were made of the same one', () => {
  it('are joined so that no change of anybody is lost unseen', () => {
    fc.assert(
      fc.property(draft, draft, draft, (base, mine, theirs) => {
        const { draft: both, clashes } = joinedDrafts(base, mine, theirs);
        const [was, one, other, now] = [base, mine, theirs, both].map(saidOf);
        for (const reference of ['A-1', 'A-2', 'A-3']) {
          const [before, ours, others] = [was!.get(reference), one!.get(reference), other!.get(reference)];
          const isClash = ours !== before && others !== before && ours !== others;
          expect(clashes.some(({ part }) => part === `commitment ${reference}`)).toBe(isClash);
          expect(now!.get(reference)).toBe(ours === before ? others : ours);
        }
      }),
      runs(200),
    );
  });
});

describe('The form of a return', () => {
  const sent = (text: string) => draftIn(formFieldsOf(text), EMPTY);

  it('says nothing of what was left open, and takes what was filled in for an update', () => {
    const rows = ['commitments.0.reference=A-1', 'commitments.0.acts.0.act=reportStage', 'commitments.1.reference=A-2'];
    expect(sent(rows.join('&'))).toEqual(EMPTY);
    const filled = [...rows, 'commitments.0.acts.0.body.stage=completed', 'commitments.1.answers.0.question=q'];
    expect(sent(filled.join('&'))).toEqual({
      commitments: [{ reference: 'A-1', says: 'update', acts: [{ act: 'reportStage', body: { stage: 'completed' } }] }],
    });
  });

  it('takes dates and words as people write them', () => {
    const row = 'commitments.0.reference=A-1&commitments.0.acts.0.act=';
    const held = (said: string) => sent(`${row}${said}`).commitments[0]!.acts![0]!.body;
    expect(held('reportStage&commitments.0.acts.0.body.effective=November+2012')).toEqual({ effective: '2012-11' });
    expect(held('reportStage&commitments.0.acts.0.body.effective=2+Nov+2012')).toEqual({ effective: '2012-11-02' });
    expect(held('reportStage&commitments.0.acts.0.body.effective=3/2012')).toEqual({ effective: '2012-03' });
    expect(held('reportStage&commitments.0.acts.0.body.effective=Smarch+2012')).toEqual({ effective: 'Smarch 2012' });
    expect(held('claim&commitments.0.acts.0.body.about=Lead+agency')).toEqual({ about: 'lead-agency' });
  });

  it('takes a milestone that is ticked as reached, though nobody says when', () => {
    const row = 'commitments.0.reference=IOM-2011-12&commitments.0.acts.0.act=reachMilestone';
    const slot = `${row}&commitments.0.acts.0.milestone=1`;
    expect(sent(slot)).toEqual(EMPTY);
    const ticked = sent(`${slot}&commitments.0.acts.0.done=yes`);
    expect(ticked.commitments[0]!.acts).toEqual([{ act: 'reachMilestone', milestone: 1, body: {} }]);
    expect(() => validated(classOf('ReturnDraft'), ticked)).not.toThrow();
  });

  it('keeps what no field of it asks for: places in documents, and commitments that it does not show', () => {
    const citation = { document: 'D-1', locator: 'p. 2' };
    const before = {
      commitments: [
        { reference: 'A-1', says: 'update', acts: [{ act: 'reportStage', body: { stage: 'planned', citation } }] },
        { reference: 'A-9', says: 'no_change' },
      ],
    } as ReturnDraft;
    const text =
      'commitments.0.reference=A-1&commitments.0.says=update&commitments.0.acts.0.act=reportStage&commitments.0.acts.0.body.stage=completed';
    const now = draftIn(formFieldsOf(text), before);
    expect(now.commitments[0]!.acts).toEqual([{ act: 'reportStage', body: { stage: 'completed', citation } }]);
    expect(now.commitments[1]).toEqual(before.commitments[1]);
  });
});
