import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commitmentsContext } from '#commitments';
import { SqliteEventStore } from '#event-store-sqlite';
import { EventCodec, NO_STREAM, Projector, type Log } from '#eventsourcing';
import { registersContext } from '#registers';
import { writeCursor, readCursor } from '#platform';
import { csvOf } from '#tables';
import { newMeta } from '../../eventsourcing/src/testing/counter.js';
import type { Filter } from './filters.js';
import { SORTS, type Sort } from './order.js';
import { Progress } from './progress.js';
import { ProgressProjection } from './progress.projection.js';
import type { ViewClocks } from './scan.js';

const asOf = '2006-11-21';
let log: Log;
let projector: Projector;
beforeEach(() => {
  const catalogs = [...registersContext.catalogs!, ...commitmentsContext.catalogs!];
  log = { store: new SqliteEventStore(':memory:'), codec: new EventCodec(catalogs) };
  projector = new Projector(log, [...registersContext.projections!(log), new ProgressProjection(log)]);
});
afterEach(() => log.store.close());

/** Appends the next statement on something. @returns its position */
const append = async (category: string, id: string, name: string, data: object) => {
  const stream = `${category}-${id}`;
  const revision = (await log.store.read(stream)).at(-1)?.revision ?? NO_STREAM;
  const { position } = await log.store.append(
    stream,
    revision,
    [log.codec.encode(category, { name, data })],
    newMeta(),
  );
  return position;
};
const say = (reference: string, name: string, data: object) => append('commitment', reference, name, data);
const recorded = (data: object = {}) => ({
  title: 'Handbook',
  summary: 'A handbook',
  kind: 'publication',
  nature: 'one_off',
  strength: 'undertaken',
  agencies: [{ agency: 'IOM', role: 'lead' }],
  themes: ['T-1'],
  stage: 'planned',
  effective: '2006',
  reportedOn: asOf,
  ...data,
});
const record = (reference: string, data: object = {}) => say(reference, 'Recorded', recorded(data));
const theme = (code: string) => append('theme', code, 'Registered', { code, framework: 'T', label: code });
const catchUp = async () => {
  await projector.start();
  await projector.stop();
};
/** The views of all that the log holds. */
const views = async (): Promise<Progress> => {
  await catchUp();
  return new Progress(projector);
};
const referencesOf = ({ items }: { readonly items: readonly { readonly reference: string }[] }) =>
  items.map(({ reference }) => reference);
/** The pages of a list, one after the other. */
async function* pagesOf(progress: Progress, at: ViewClocks, filter: Filter = {}, sort?: Sort) {
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await progress.commitments(at, filter, { limit: 2, cursor, sort });
    yield page;
    cursor = page.nextCursor;
  }
}
/** The references of a list, page by page. */
const paged = async (progress: Progress, at: ViewClocks, filter: Filter, sort: Sort, between = async () => {}) => {
  const seen: string[] = [];
  for await (const page of pagesOf(progress, at, filter, sort)) {
    seen.push(...referencesOf(page));
    await between();
  }
  return seen;
};
/** Corrects the statement of a revision; a correction has the whole of it. */
const correct = (reference: string, revision: number, says: object) =>
  say(reference, 'Corrected', { revision, reason: 'misread', says });

describe('The views of progress', () => {
  describe('What a view shows is of one position', () => {
    it('which is waited for when it is asked for by knownAt', async () => {
      await theme('T-1');
      await catchUp();
      const knownAt = await record('IOM-2006-01');
      const shown = new Progress(projector).themes({ asOf, knownAt });
      await catchUp();
      expect(await shown).toMatchObject({ position: knownAt, total: { total: 1 }, rows: [{ theme: 'T-1', total: 1 }] });
    });

    it('and when that takes too long, it is said', async () => {
      await catchUp();
      const knownAt = await record('IOM-2006-01');
      await expect(new Progress(projector, 30).agencies({ asOf, knownAt })).rejects.toMatchObject({ code: 'not_yet' });
    });

    it('and nothing is shown before all that the log held is applied', async () => {
      await record('IOM-2006-01');
      await expect(new Progress(projector).agencies({ asOf })).rejects.toMatchObject({ code: 'not_yet' });
    });

    it('of an empty log it is 0, and nothing is there', async () => {
      const progress = await views();
      const nothing = { total: 0, withTarget: 0, overdue: 0, stale: 0, lastReportedOn: null };
      expect(await progress.agencies({ asOf })).toMatchObject({ position: '0', total: nothing, rows: [] });
      expect(await progress.agency('IOM', { asOf })).toMatchObject({ row: null, rows: [] });
      expect(await progress.commitments({ asOf })).toMatchObject({ total: 0, items: [], nextCursor: null });
    });
  });

  describe('A list', () => {
    it('is given in pages that follow each other, in the order of references, each once', async () => {
      const references = ['B-2006-01', 'A-2006-10', 'A-2006-02', 'A-2007-01', 'C-2006-01'];
      for (const reference of references) await record(reference);
      await catchUp();
      const seen: string[] = [];
      for await (const page of pagesOf(new Progress(projector), { asOf })) {
        expect(page.total).toBe(5);
        seen.push(...referencesOf(page));
      }
      expect(seen).toEqual(references.toSorted());
    });

    it('asks for no condition by a text of nothing, and takes any text as words', async () => {
      await record('X-2006-01', { title: `O'Brien "quoted", 100%`, condition: 'if paid' });
      await record('X-2006-02');
      const progress = await views();
      const totals = { ' ': 2, '%': 0, o_e: 0, 'x-2006-02': 1, paid: 1, '100%': 1, [`o'brien`]: 1, '"quoted"': 1 };
      for (const [q, total] of Object.entries({ ...totals, [`'; DROP TABLE progress_spans; --`]: 0 }))
        expect([q, (await progress.commitments({ asOf }, { q })).total]).toEqual([q, total]);
    });
  });

  describe('A list in an order', () => {
    const STAGE_ORDER = ['proposed', 'planned', 'in_progress', 'on_hold', 'completed', 'discontinued'];
    const COMMITMENTS = (
      [
        ['B-2006-01', 'zebra', 'completed', 'B', '2007', '2006-11-21'],
        ['A-2006-99', 'Zebra', 'planned', 'A', null, '2006-11-20'],
        ['A-2006-02', 'Élan', 'on_hold', 'A', '2006', '2006-11-21'],
        ['A-2006-100', 'ｚ', 'proposed', 'É', '2006-12', '2005-01-01'],
        ['C-2006-01', '𐐷', 'planned', 'b', null, '2005-01-01'],
        ['C-2006-02', 'zebra', 'discontinued', 'B', '2006', '2006-11-21'],
        ['C-2006-03', 'e-', 'in_progress', 'GOV-B', '2006-12-31', '2006-01-01'],
      ] as const
    ).map(([reference, title, stage, lead, target, reportedOn]) => ({
      reference,
      title,
      stage,
      lead,
      target,
      reportedOn,
    }));
    type One = (typeof COMMITMENTS)[number];
    const LAST_DAY: Record<string, string> = { '2006': '2006-12-31', '2006-12': '2006-12-31', '2007': '2007-12-31' };
    /** In people's order; texts in one group are alike. */
    const REFERENCES = ['A-2006-02', 'A-2006-99', 'A-2006-100', 'B-2006-01', 'C-2006-01', 'C-2006-02', 'C-2006-03'];
    const TITLES = [['e-'], ['Élan'], ['ｚ'], ['zebra', 'Zebra'], ['𐐷']];
    const LEADS = [['A'], ['B', 'b'], ['É'], ['GOV-B']];
    const KEYS: Record<string, (one: One) => string | number | null> = {
      reference: ({ reference }) => REFERENCES.indexOf(reference),
      title: ({ title }) => TITLES.findIndex((alike) => alike.includes(title)),
      stage: ({ stage }) => STAGE_ORDER.indexOf(stage),
      lead: ({ lead }) => LEADS.findIndex((alike) => alike.includes(lead)),
      target: ({ target }) => (target === null ? null : (LAST_DAY[target] ?? target)),
      lastReportedOn: ({ reportedOn }) => reportedOn,
      nextStepDue: () => null,
    };
    const compare = (a: string | number, b: string | number) => (a < b ? -1 : Number(a > b));
    const inOrder = (sort: string, nulls = 1) => {
      const [key, sign] = [KEYS[sort.replace('-', '')]!, sort.startsWith('-') ? -1 : 1];
      return [...COMMITMENTS]
        .sort((a, b) => {
          const [x, y] = [key(a), key(b)];
          const first =
            x === null || y === null ? nulls * (Number(x === null) - Number(y === null)) : sign * compare(x, y);
          return first || compare(KEYS['reference']!(a)!, KEYS['reference']!(b)!);
        })
        .map(({ reference }) => reference);
    };
    const recordAll = async () => {
      for (const { reference, lead, target, ...data } of COMMITMENTS)
        await record(reference, {
          ...{ ...data, effective: '2004' },
          agencies: [{ agency: lead, role: 'lead' }],
          ...(target && { target: { date: target } }),
        });
      return views();
    };

    it('is that of people: words whatever their case, numbers by size, stages in their order, alike ones by reference, those without at the end', async () => {
      const progress = await recordAll();
      const sorts = SORTS.filter((sort) => sort !== 'relevance');
      expect(sorts.length).toBe(2 * Object.keys(KEYS).length);
      for (const sort of sorts) {
        const page = await progress.commitments({ asOf }, {}, { sort });
        const whole = inOrder(sort);
        expect([sort, page.sort, referencesOf(page)]).toEqual([sort, sort, whole]);
        expect([sort, await paged(progress, { asOf }, {}, sort)]).toEqual([sort, whole]);
      }
      expect(inOrder('target', -1)).not.toEqual(inOrder('target')); // the order of nulls would give this
    });

    it('is also given whole, some at a time', async () => {
      const progress = await recordAll();
      for (const sort of ['reference', '-target'] as const) {
        const all = [];
        for await (const page of progress.allCommitments(await progress.pin({ asOf }), { life: 'any' }, { sort }))
          all.push(...page);
        const { items, nextCursor } = await progress.commitments({ asOf }, { life: 'any' }, { sort, limit: 3 });
        expect(all.slice(0, 3)).toEqual(items);
        expect(referencesOf({ items: all })).toEqual(inOrder(sort));
        const rest = [];
        const pinned = await progress.pin({ asOf });
        for await (const page of progress.allCommitments(pinned, { life: 'any' }, { sort, cursor: nextCursor! }))
          rest.push(...page);
        expect(rest).toEqual(all.slice(3));
      }
    });
  });

  describe('A list that is read while others write', () => {
    const AT = { asOf: '2010-01-01' };
    /** Between two pages: one comes to the front, a new one as well, one goes. */
    const writing = (references: readonly string[]) => {
      let n = 0;
      return async () => {
        const [moves, goes] = [references[n % references.length]!, references.at(-1 - n)!];
        n++;
        await say(moves, 'StageReported', { stage: 'in_progress', effective: '2009', reportedOn: `2009-01-${10 + n}` });
        await say(goes, 'Withdrawn', { reason: 'r', reportedOn: '2008-01-01' });
        await record(`N-2009-${10 + n}`, { reportedOn: `2009-02-${10 + n}` });
        await catchUp();
      };
    };
    const references = Array.from({ length: 9 }, (_, i) => `A-2006-0${i + 1}`);

    it.each(['-lastReportedOn', 'stage', 'reference', 'relevance'] as const)(
      'by %s has each commitment of the first page’s log once, as it was then',
      async (sort) => {
        for (const reference of references) await record(reference);
        const progress = await views();
        const filter = { q: 'handbook' };
        const before = referencesOf(await progress.commitments(AT, filter, { sort }));
        expect(before).toHaveLength(9);
        expect(await paged(progress, AT, filter, sort, writing(references))).toEqual(before);
        const after = referencesOf(await progress.commitments(AT, filter, { sort }));
        expect(after).not.toEqual(before);
      },
    );

    it('which a cursor that did not keep to that log would miss or repeat', async () => {
      for (const reference of references) await record(reference);
      const progress = await views();
      const [seen, between, asked] = [[] as string[], writing(references), { sort: '-lastReportedOn' as const }];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await progress.commitments(AT, {}, { limit: 2, cursor, ...asked });
        seen.push(...referencesOf(page));
        await between();
        const knownAt = await progress.position();
        cursor = page.nextCursor && writeCursor({ ...readCursor(page.nextCursor, asked), knownAt }, asked);
      }
      expect(seen.toSorted()).not.toEqual(references);
    });

    it('keeps the date, the months of silence and the count of its first page', async () => {
      for (const reference of references) await record(reference);
      const progress = await views();
      const first = await progress.commitments({ ...AT, staleAfter: 100 }, { stale: false }, { limit: 2 });
      await writing(references)();
      const place = readCursor(first.nextCursor!, { stale: false, sort: 'reference' });
      expect(place).toMatchObject({ ...AT, staleAfter: 100, total: 9, knownAt: first.position });
      expect(await progress.commitments(AT, { stale: false }, { limit: 2, cursor: first.nextCursor! })).toMatchObject({
        ...{ position: first.position, total: 9 },
        items: [{ reference: 'A-2006-03' }, { reference: 'A-2006-04' }],
      });
      for (const [at, filter] of [
        [{ asOf: '2010-01-02' }, { stale: false }],
        [{ ...AT, staleAfter: 12 }, { stale: false }],
        [AT, { stale: true }],
        [AT, {}],
      ] as const)
        await expect(progress.commitments(at, filter, { cursor: first.nextCursor! })).rejects.toMatchObject({
          code: 'cursor_of_another_list',
        });
    });
  });

  describe('A search', () => {
    const TEXTS: Readonly<Record<string, [title: string, summary?: string]>> = {
      'X-2006-01': ['Health of migrants'],
      'X-2006-02': ['Healthy cities'],
      'X-2006-03': ['Handbook', 'On health in cities'],
      'X-2006-04': ['Handbook', 'On healthcare'],
      'X-2006-05': ['الهِجْرَة والصحة'],
      'X-2006-06': ['移住 と 健康'],
    };

    // The words of all scripts are those of libs/search.
    it.each([
      ['health', ['01', '02', '03', '04']],
      ['HEALTH cities', ['02', '03']],
      ['"health"', ['01', '03']],
      ['"health of migrants"', ['01']],
      ['"of health"', []],
      ['الهجرة', ['05']],
      ['住', ['06']],
      ['city', ['02', '03']],
      ['h_alth', []],
    ])('for «%s» finds the best first', async (q, found) => {
      for (const [reference, [title, summary = '-']] of Object.entries(TEXTS))
        await record(reference, { title, summary });
      const progress = await views();
      const references = found.map((n) => `X-2006-${n}`);
      const page = await progress.commitments({ asOf }, { q }, { sort: 'relevance' });
      expect(page).toMatchObject({ total: found.length, sort: 'relevance' });
      expect(referencesOf(page)).toEqual(references);
      expect(await paged(progress, { asOf }, { q }, 'relevance')).toEqual(references);
    });
  });

  describe('A search in what was written beside the wording', () => {
    const finds = async (q: string, date = asOf, knownAt?: string) =>
      referencesOf(await new Progress(projector).commitments({ asOf: date, knownAt }, { q }));

    it('finds notes and evidence from their report on, together with words elsewhere', async () => {
      await record('X-2006-01', { title: 'Handbook', note: 'A draft is with the ministries' });
      await record('X-2006-02', { title: 'Handbook', milestones: [{ title: 'Printed' }] });
      await say('X-2006-01', 'EvidenceAttached', { title: 'Minutes of Tbilisi', reportedOn: '2007-03-01' });
      await say('X-2006-02', 'StageReported', {
        ...{ stage: 'in_progress', effective: '2007', note: 'Printing is paid for', reportedOn: '2008-03-01' },
      });
      await views();
      expect(await finds('ministry handbook')).toEqual(['X-2006-01']);
      expect(await finds('tbilisi handbook', '2007-03-01')).toEqual(['X-2006-01']);
      expect(await finds('tbilisi', '2007-02-28')).toEqual([]);
      expect(await finds('paid', '2008-03-01')).toEqual(['X-2006-02']);
      expect(await finds('printed', '2006-12-31')).toEqual(['X-2006-02']);
    });

    it('finds what was corrected as it was known, and nowhere what was retracted or erased', async () => {
      await record('X-2006-01', { title: 'Handbook' });
      const evidence = { title: 'Letter of Xanthippe', reportedOn: '2007-03-01' };
      const said = await say('X-2006-01', 'EvidenceAttached', evidence);
      const corrected = await correct('X-2006-01', 1, { ...evidence, title: 'Letter of Xavier' });
      await say('X-2006-01', 'Retracted', { revision: 1, reason: 'of another' });
      await views();
      const at = (knownAt?: string) => Promise.all(['xanthippe', 'xavier'].map((q) => finds(q, '2010-01-01', knownAt)));
      expect([await at(said), await at(corrected), await at()]).toEqual([
        [['X-2006-01'], []],
        [[], ['X-2006-01']],
        [[], []],
      ]);
      const snapshot = () => JSON.stringify(projector.model(ProgressProjection).save().lists);
      expect(snapshot()).toMatch(/xanthippe.*xavier|xavier.*xanthippe/); // negative control
      const gone = { ...evidence, title: '[blanked]' };
      for (const [revision, left] of [
        [1, gone],
        [2, { revision: 1, reason: 'misread', says: gone }],
      ] as const) {
        await say('X-2006-01', 'Blanked', { revision, reason: 'a person', version: 1, left });
        await log.store.blank('commitment-X-2006-01', revision);
      }
      await views();
      expect([await at(said), await at(corrected)]).toEqual([
        [[], []],
        [[], []],
      ]);
      expect(snapshot()).not.toMatch(/xanthippe|xavier/i);
    });
  });

  it('A search that finds more than anybody reads is in the order of references, and says so', async () => {
    const titles = ['Healthcare', 'Health', 'Health of all', 'Healthy'];
    for (const [i, title] of titles.entries()) await record(`X-2006-0${i}`, { title });
    await views();
    const search = async (most: number) => {
      const progress = new Progress(projector, 5_000, most);
      const { sort, items } = await progress.commitments({ asOf }, { q: 'health' }, { sort: 'relevance' });
      const pages = await paged(progress, { asOf }, { q: 'health' }, 'relevance');
      expect(pages).toEqual(items.map(({ reference }) => reference));
      return [sort, ...pages];
    };
    expect(await search(4)).toEqual(['relevance', 'X-2006-01', 'X-2006-02', 'X-2006-00', 'X-2006-03']);
    expect(await search(3)).toEqual(['reference', 'X-2006-00', 'X-2006-01', 'X-2006-02', 'X-2006-03']);
  });

  /** The one item that is listed, as at a date and as known at a position. */
  const item = async (progress: Progress, date: string, knownAt?: string) =>
    (await progress.commitments({ asOf: date, knownAt }, { life: 'any' })).items[0];

  it('The last edition and when the next is due stand beside a recurring commitment, upkeep beside a standing one', async () => {
    await record('IOM-2006-01');
    await say('IOM-2006-01', 'EditionHeld', { held: '2006-11-20', nextDue: '2007', reportedOn: '2007-02-28' });
    const upkeep = { period: '2006', keptUp: false };
    await say('IOM-2006-01', 'UpkeepReported', { ...upkeep, note: 'n', reportedOn: '2007-02-28' });
    const progress = await views();
    expect(await item(progress, '2007-02-27')).toMatchObject({ lastEdition: null, nextDue: null, lastUpkeep: null });
    const shown = { lastEdition: '2006-11-20', nextDue: '2007', lastUpkeep: upkeep };
    expect(await item(progress, '2007-02-28')).toMatchObject(shown);
  });

  describe('What was blanked', () => {
    it('is gone as known at every position, and no figure is another', async () => {
      const known = await record('IOM-2006-01', { title: 'Handbook of Ann Other', target: { date: '2006' } });
      const before = await (await views()).agencies({ asOf });
      const left = recorded({ title: '[blanked]', target: { date: '2006' } });
      await say('IOM-2006-01', 'Blanked', { revision: 0, reason: 'named a person', version: 1, left });
      await log.store.blank('commitment-IOM-2006-01', 0);
      const progress = await views();
      for (const at of [{ asOf, knownAt: known }, { asOf }]) {
        expect(await progress.commitments(at, { q: 'ann other' })).toMatchObject({ total: 0 });
        expect(await progress.commitments(at, { q: 'handbook' })).toMatchObject({ items: [{ title: '[blanked]' }] });
        const { total, rows } = await progress.agencies(at);
        expect({ total, rows }).toEqual({ total: before.total, rows: before.rows });
      }
    });
  });

  describe('A list finds commitments', () => {
    it('by every document that something said of them rests on', async () => {
      const cites = (...documents: string[]) => ({
        citation: { document: documents[0], locator: 'l' },
        citations: documents.slice(1).map((document) => ({ document, locator: 'l' })),
      });
      await record('IOM-2006-01', cites('D-1', 'D-2'));
      const claim = { about: 'organiser', says: 'ILO', reportedOn: '2007-02-28' };
      await say('IOM-2006-01', 'Claimed', { ...claim, ...cites('D-3', 'D-4') });
      const progress = await views();
      const found = async (document: string, date: string) =>
        (await progress.commitments({ asOf: date }, { document })).total;
      for (const document of ['D-1', 'D-2']) expect(await found(document, asOf)).toBe(1);
      for (const document of ['D-3', 'D-4'])
        expect([await found(document, asOf), await found(document, '2007-02-28')]).toEqual([0, 1]);
    });

    it('by what they are related to, and by how the secretariat read them', async () => {
      await record('IOM-2006-01', { relations: [{ type: 'prepares_for', to: 'F-1' }] });
      await say('IOM-2006-01', 'Related', { type: 'part_of', to: 'IOM-2006-02', reportedOn: '2007-02-28' });
      const reading = { verification: 'contested', reason: 'not found' };
      await say('IOM-2006-01', 'Verified', { agency: 'IOM', entry: 0, ...reading, reportedOn: '2007-02-28' });
      await say('IOM-2006-01', 'Replied', { agency: 'IOM', to: 2, text: 'It is there.', reportedOn: '2007-03-01' });
      const progress = await views();
      const found = async (date: string, filter: Filter) => (await progress.commitments({ asOf: date }, filter)).total;
      expect(await found(asOf, { relatedTo: 'F-1' })).toBe(1);
      expect(await found(asOf, { relatedTo: 'F-1', relation: 'part_of' })).toBe(0);
      expect(await found(asOf, { relatedTo: 'IOM-2006-02' })).toBe(0);
      expect(await found('2007-02-28', { relatedTo: 'IOM-2006-02', relation: 'part_of' })).toBe(1);
      expect(await found(asOf, { verification: 'unreviewed' })).toBe(1);
      expect(await found('2007-02-28', { verification: 'documented,contested' })).toBe(1);
      const readOn = async (date: string) => (await item(progress, date))!.verification;
      expect(await readOn('2007-02-28')).toMatchObject({ ...reading, current: true, replies: [] });
      expect(await readOn('2007-03-01')).toMatchObject({ replies: [{ agency: 'IOM', text: 'It is there.' }] });
    });
  });
});

describe('A table of rows as CSV', () => {
  it('has a column for each field, nested ones too, and nothing that a spreadsheet would run', () =>
    expect(csvOf([{ agency: 'IOM', name: '=HYPERLINK("x")', byStage: { planned: 1 }, stale: true, last: null }])).toBe(
      `agency,name,planned,stale,last\nIOM,"'=HYPERLINK(""x"")",1,true,\n`,
    ));
});
