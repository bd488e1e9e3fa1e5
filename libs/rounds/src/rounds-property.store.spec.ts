import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { load, Rejected, WrongRevision } from '#eventsourcing';
import type { Actor } from '#platform';
import { runs, seed } from '../../../test/support/properties.js';
import { closedFor, round as rounds } from './round.js';
import {
  aDesk,
  anna,
  bela,
  carl,
  CODE,
  authority,
  desk as secretariat,
  draftOf,
  contextOf,
  LED_BY,
  today,
  SILENT_LISTENER,
  type Desk,
} from './testing/a-round.js';

/** A step that somebody tries; its subject follows from who it is. */
const KINDS = [
  ...(['read', 'write', 'write', 'submit', 'submit', 'return', 'accept', 'nil', 'comment'] as const),
  ...(['close', 'reopen', 'publish'] as const),
] as const;
type Kind = (typeof KINDS)[number];
interface Try {
  readonly kind: Kind;
  readonly who: number;
  /** The words on each commitment: none, no change, or evidence. */
  readonly says: readonly number[];
}
const aTry: fc.Arbitrary<Try> = fc.record({
  kind: fc.constantFrom(...KINDS),
  who: fc.nat(9),
  says: fc.tuple(fc.nat(4), fc.nat(4)),
});

const WORKERS: readonly Actor[] = [anna, anna, anna, bela, bela, carl, carl, secretariat];
const SECRETARIAT: readonly Kind[] = ['return', 'accept', 'close', 'reopen', 'publish'];

/** The expected state of one agency's return, without a look at the program. */
class Model {
  /** The evidence in each saved revision of the draft, as its reader knows it. */
  draft: { revision: number; titles: string[]; whole: boolean; mark: string } | null = null;
  state: 'none' | 'submitted' | 'returned' | 'accepted' | 'nil' = 'none';
  submitted = false;
  /** The evidence that counts, and all that ever did. */
  counted: string[] = [];
  readonly ever = new Set<string>();
  comments = 0;
}

describe(`Whatever several people do with a round and its returns (SEED=${seed})`, () => {
  const sequences = fc.array(aTry, { minLength: 15, maxLength: 40 });
  const tried = new Map<string, number>();

  async function play(tries: readonly Try[], spoil: (desk: Desk) => void = () => {}): Promise<void> {
    const desk = await aDesk();
    spoil(desk);
    const models: Record<string, Model> = { IOM: new Model(), ILO: new Model() };
    const read = new Map<string, number>();
    let [closed, reopened] = [false, new Set<string>()];
    let [published, number] = [false, 0];
    for (const { kind, who, says } of tries) {
      const by = SECRETARIAT.includes(kind) ? secretariat : WORKERS[who % WORKERS.length]!;
      const agency = by.agency ?? (who % 2 ? 'IOM' : 'ILO');
      const model = models[agency]!;
      const open = !closed || reopened.has(agency);
      const reader = `${by.account} ${agency}`;
      const is = await tryTo();
      tried.set(`${kind} ${is}`, (tried.get(`${kind} ${is}`) ?? 0) + 1);

      expect(desk.reports.published).toEqual(published ? [CODE] : []);
      // The last submission counts; nothing counts twice, nothing before it was submitted, and no draft is lost.
      for (const [code, one] of Object.entries(models)) {
        expect([kind, is, await titlesOf(desk, code)]).toEqual([kind, is, one.counted.toSorted()]);
        const draft = await desk.returns.draft(CODE, code);
        expect(draft && marksIn(draft.content)).toEqual(one.draft && one.draft.mark);
      }

      async function tryTo(): Promise<string> {
        const wanted = expected();
        const given_ = await attempt();
        expect([kind, given_]).toEqual([kind, wanted]);
        return wanted;
      }

      /** The expected outcome. */
      function expected(): string {
        const barred = !open ? 'round_closed' : model.state === 'accepted' ? 'already_accepted' : null;
        const isReceived = model.state !== 'none';
        const isAsRead = (read.get(reader) ?? 0) === (model.draft?.revision ?? 0);
        const whole = model.draft?.whole ? 'done' : 'return_unfinished';
        const again = model.state === 'nil' ? 'already_nil' : 'done';
        const decided = { accepted: 'already_accepted', returned: 'sent_back' }[model.state as string] ?? 'done';
        const comes: { readonly [K in Kind]: string } = {
          read: 'done',
          write: barred ?? (isAsRead ? 'done' : 'wrong_revision'),
          submit: barred ?? (model.draft ? whole : 'nothing_to_submit'),
          nil: barred ?? (model.submitted ? 'already_submitted' : again),
          return: isReceived ? 'done' : 'nothing_received',
          comment: isReceived || published ? 'done' : 'nothing_received',
          accept: isReceived ? decided : 'nothing_received',
          close: closed ? 'round_closed' : 'done',
          reopen: closed ? 'done' : 'still_open',
          publish: published ? 'already_published' : closed ? 'done' : 'still_open',
        };
        return comes[kind];
      }

      /** Tries it, and updates the beliefs when it is done. */
      async function attempt(): Promise<string> {
        try {
          switch (kind) {
            case 'read':
              read.set(reader, 1 + ((await desk.returns.draft(CODE, agency))?.revision ?? -1));
              break;
            case 'write': {
              const mark = `W${++number}`;
              const references = LED_BY[agency]!;
              const commitments = references.flatMap((reference, i) => {
                if (says[i] === 0) return [];
                if (says[i] === 1) return [{ reference, says: 'no_change' }];
                const title = says[i] === 2 ? `Same ${reference}` : `E${number}-${i}`;
                return [{ reference, says: 'update', acts: [{ act: 'attachEvidence', body: { title } }] }];
              });
              const content = draftOf({ commitments, narratives: [{ language: 'en', text: mark }] });
              const revision = await desk.returns.save(CODE, agency, content, contextOf(by, read.get(reader) ?? 0));
              read.set(reader, revision);
              const titles = content.commitments.flatMap(
                ({ acts }) => acts?.map(({ body }) => String(body['title'])) ?? [],
              );
              model.draft = { revision, titles, whole: commitments.length === references.length, mark };
              break;
            }
            case 'submit':
              await desk.returns.submit(CODE, agency, { reportedOn: today, ...authority(by, agency) }, contextOf(by));
              model.counted = model.draft!.titles;
              Object.assign(model, { state: 'submitted', submitted: true, draft: null });
              break;
            case 'nil':
            case 'accept':
            case 'return':
            case 'comment': {
              const bodies = { return: { comments: [{ text: 'Why?' }] }, comment: { text: 'So.' }, accept: {} };
              await desk.returns.act(
                kind,
                CODE,
                agency,
                { ...bodies, nil: authority(by, agency) }[kind],
                contextOf(by),
              );
              if (kind !== 'comment')
                model.state = ({ nil: 'nil', accept: 'accepted', return: 'returned' } as const)[kind];
              break;
            }
            case 'publish':
              await desk.rounds.publish(CODE, {}, contextOf(by), SILENT_LISTENER);
              published = true;
              break;
            case 'close':
            case 'reopen': {
              const { state } = await load(desk.log, rounds, CODE);
              if (kind === 'close' && state.closedOn) throw closedFor(state, agency, '9999-12-31')!;
              if (kind === 'reopen' && !state.closedOn) return 'still_open';
              const reopening = { agency, until: today, reason: 'r', on: today };
              await desk.happened(
                kind === 'close' ? { name: 'Closed', data: { on: today } } : { name: 'Reopened', data: reopening },
              );
              if (kind === 'close') [closed, reopened] = [true, new Set()];
              else reopened.add(agency);
            }
          }
          return 'done';
        } catch (error) {
          if (error instanceof WrongRevision) return 'wrong_revision';
          if (error instanceof Rejected) return error.code;
          throw error;
        }
      }
    }
    await desk.drafts.close();
    await desk.log.store.close();
  }

  /** The titles of the evidence of an agency's commitments that stands. */
  async function titlesOf(desk: Desk, agency: string): Promise<string[]> {
    const events = await desk.standing();
    const own = events.filter(({ stream }) => LED_BY[agency]!.includes(stream.replace('commitment-', '')));
    const attached = own.filter(({ name }) => name === 'EvidenceAttached');
    return attached.map(({ data }) => (data as { title: string }).title).sort();
  }
  const marksIn = ({ narratives }: { narratives?: { text: string }[] | null }) => narratives?.[0]?.text;

  it('no update is lost, applied twice, or counted before it was submitted', async () => {
    const property = fc.asyncProperty(sequences, (tries) => play(tries));
    await fc.assert(property, runs(40));
    // Each thing that can happen did.
    const happened = [...tried.keys()].sort();
    expect(happened).toEqual(
      expect.arrayContaining([
        ...['write done', 'write wrong_revision', 'write round_closed', 'write already_accepted'],
        ...['submit done', 'submit nothing_to_submit', 'submit return_unfinished'],
        ...['nil done', 'nil already_submitted', 'accept done', 'accept sent_back'],
        ...['publish done', 'publish still_open', 'publish already_published'],
      ]),
    );
  });

  it.each<[string, (desk: Desk) => void]>([
    [
      'overwrites unseen',
      ({ returns }) => {
        const save = returns.save.bind(returns);
        returns.save = async (code, agency, content, context) => {
          const expected = ((await returns.draft(code, agency))?.revision ?? -1) + 1;
          return save(code, agency, content, { ...context, expected });
        };
      },
    ],
    [
      'keeps what was said otherwise before',
      ({ log }) => {
        const { append } = log.store;
        log.store.append = async (stream, expected, events, meta) =>
          events.some(({ type }) => type === 'commitment.Retracted')
            ? { revision: expected, position: '1' }
            : append.call(log.store, stream, expected, events, meta);
      },
    ],
  ])('a program that %s is found out (the control)', async (_, spoil) => {
    const property = fc.asyncProperty(sequences, (tries) => play(tries, spoil));
    const found = await fc.check(property, { seed, numRuns: 40, endOnFailure: true });
    expect(found.failed).toBe(true);
  });
});
