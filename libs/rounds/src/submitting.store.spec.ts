import { describe, expect, it } from '@jest/globals';
import { decodeAll, handle, StoreUnavailable, streamOf } from '#eventsourcing';
import { commitment } from '#commitments';
import { metaOf } from '#platform';
import { aReturn, returnId, type ReturnEvents } from './return.js';
import { contentOf } from './submitting.js';
import { killedAt } from './testing/killed.js';
import { aDesk, anna, CODE, desk as secretariat, Desk, draftOf, contextOf, LED_BY, today } from './testing/a-round.js';

const [A, B] = LED_BY['IOM'] as [string, string];
const reportedOn = today;
const DRAFT = draftOf({
  commitments: [
    {
      reference: A,
      says: 'update',
      acts: [
        { act: 'attachEvidence', body: { title: 'Report' } },
        { act: 'reportStage', body: { stage: 'completed', effective: today } },
      ],
    },
    { reference: B, says: 'no_change' },
  ],
  newCommitments: [
    {
      body: {
        ...{ title: 'Guide', summary: 'A guide.', kind: 'publication', nature: 'one_off', strength: 'undertaken' },
        ...{ agencies: [{ agency: 'IOM', role: 'lead' }], themes: [], stage: 'planned', effective: today },
      },
    },
  ],
});
const RECORDED_EVENTS = ['Confirmed', 'EvidenceAttached', 'Recorded', 'StageReported'];

/** The events of commitments that returns brought, without the retracted ones. */
async function standing(desk: Desk): Promise<string[]> {
  const caused = (await desk.standing()).filter(({ meta, name }) => meta.causationId !== null && name !== 'Withdrawn');
  return caused.map(({ name }) => name).sort();
}
const outcome = async (desk: Desk) =>
  (await desk.returns.inRound(CODE, 'IOM')).state.submissions.map((one) => one.outcome);

/** Everybody that was killed while somebody submits, one append further each time. */
async function* killings(meanwhile?: (desk: Desk) => () => Promise<void>) {
  for (const when of ['before', 'after'] as const)
    for (let append = 1; ; append++) {
      const desk = await aDesk();
      await desk.returns.save(CODE, 'IOM', DRAFT, contextOf(anna, 0));
      const context = contextOf(anna);
      const dying = new Desk(killedAt(append, when, undefined, meanwhile?.(desk))(desk.log.store), desk.drafts);
      const submitting = dying.returns.submit(CODE, 'IOM', { reportedOn }, context);
      const error = await submitting.then(() => null).catch((thrown: unknown) => thrown);
      if (!(error instanceof StoreUnavailable)) break;
      yield { desk, context, when, append };
    }
}

describe('A return that says a stage before what supports it', () => {
  const [update, ...others] = DRAFT.commitments;
  const acts = update!.acts!.toReversed();
  const swapped = draftOf({ ...DRAFT, commitments: [{ ...update!, acts }, ...others] });

  it('is taken: the support is recorded first; it reads as it was written', async () => {
    const desk = await aDesk();
    await desk.returns.save(CODE, 'IOM', swapped, contextOf(anna, 0));
    await desk.returns.submit(CODE, 'IOM', { reportedOn }, contextOf(anna));
    const own = (await desk.events()).filter(({ stream, meta }) => stream === `commitment-${A}` && meta.causationId);
    expect(own.map(({ name }) => name)).toEqual(['EvidenceAttached', 'StageReported']);
    const [submitted] = (await desk.events()).filter(({ name }) => name === 'Submitted');
    const { commitments } = contentOf(submitted!.data as ReturnEvents['Submitted']);
    expect(commitments[0]!.acts!.map(({ act }) => act)).toEqual(['reportStage', 'attachEvidence']);
  });

  it('is refused where nothing supports it (the control)', async () => {
    const desk = await aDesk();
    const alone = draftOf({ ...DRAFT, commitments: [{ ...update!, acts: acts.slice(0, 1) }, ...others] });
    await desk.returns.save(CODE, 'IOM', alone, contextOf(anna, 0));
    await expect(desk.returns.submit(CODE, 'IOM', { reportedOn }, contextOf(anna))).rejects.toThrow();
    expect(await standing(desk)).toEqual([]);
  });
});

describe('A process that is killed at any step of submitting a return', () => {
  it('leaves it unsubmitted, or submitted so that it is applied once, whole, by whoever goes on', async () => {
    const found = new Set<string>();
    for await (const { desk, context } of killings()) {
      await desk.resume();
      const now = await standing(desk);
      expect([[], RECORDED_EVENTS]).toContainEqual(now);
      found.add(String(now.length));
      const hasDraft = (await desk.returns.draft(CODE, 'IOM')) !== null;
      expect(hasDraft).toBe(now.length === 0);
      // The agency gives the same command again, as it had no answer; and again.
      for (let times = 0; times < 2; times++) await desk.returns.submit(CODE, 'IOM', { reportedOn }, context);
      await desk.resume();
      expect(await standing(desk)).toEqual(RECORDED_EVENTS);
      expect(await outcome(desk)).toEqual(['applied']);
      expect(await desk.returns.draft(CODE, 'IOM')).toBeNull();
    }
    expect([...found].sort()).toEqual(['0', '4']);
  });
  it('would leave it half recorded if nobody went on (the control)', async () => {
    const found = new Set<number>();
    for await (const { desk } of killings()) found.add((await standing(desk)).length);
    expect(found).toEqual(new Set([0, 1, 2, 3, 4]));
  });
  it('is waited for by whoever submits it again meanwhile', async () => {
    let waiting = 0;
    for await (const { desk } of killings()) {
      if (!(await outcome(desk)).includes('under_way')) continue;
      waiting++;
      const again = desk.returns.submit(CODE, 'IOM', { reportedOn }, contextOf(anna));
      await expect(again).rejects.toMatchObject({ code: 'under_way' });
    }
    expect(waiting).toBeGreaterThan(0);
  });
  it('is resumed by several at once, and nothing is recorded twice', async () => {
    for await (const { desk, append } of killings()) {
      if (append % 2) continue;
      const others = [1, 2, 3].map(() => new Desk(desk.log.store, desk.drafts));
      await Promise.all(others.map((one) => one.resume()));
      expect([[], RECORDED_EVENTS]).toContainEqual(await standing(desk));
    }
  });
});

describe('A return of which something cannot be recorded any more, as something else was recorded before it', () => {
  /** The second commitment is withdrawn right after the return was submitted. */
  const withdrawn = (desk: Desk) => async () => {
    const event = { name: 'Withdrawn', data: { reason: 'r', reportedOn: '2012-01-01' } } as const;
    await handle(desk.log, commitment, B, ({ ends }) => (ends.length > 0 ? [] : [event]), metaOf(secretariat));
  };

  it('is taken back whole, with the reason, and its draft stays', async () => {
    const desk = await aDesk();
    await desk.returns.save(CODE, 'IOM', DRAFT, contextOf(anna, 0));
    const store = killedAt(Infinity, 'before', undefined, withdrawn(desk))(desk.log.store);
    const submitted = new Desk(store, desk.drafts).returns.submit(CODE, 'IOM', { reportedOn }, contextOf(anna));
    await expect(submitted).rejects.toMatchObject({ code: 'taken_back', errors: [{ pointer: '/commitments/1' }] });
    expect(await standing(desk)).toEqual([]);
    expect(await outcome(desk)).toEqual(['taken_back']);
    expect((await desk.returns.inRound(CODE, 'IOM')).state.state).toBe('returned');
    expect(await desk.returns.draft(CODE, 'IOM')).toMatchObject({ content: DRAFT });
  });
  it('is so wherever the process that takes it back is killed', async () => {
    for await (const { desk } of killings(withdrawn)) {
      await desk.resume();
      expect(await standing(desk)).toEqual([]);
      const events = await decodeAll(desk.log, await desk.log.store.read(streamOf(aReturn, returnId(CODE, 'IOM'))));
      const said = events
        .filter(({ name }) => name === 'TakenBack')
        .map(({ data }) => (data as ReturnEvents['TakenBack']).at);
      expect([[], ['/commitments/1']]).toContainEqual(said);
    }
  });
});
