import { afterAll, describe, expect, it } from '@jest/globals';
import { read as readWorkbook, utils } from '@e965/xlsx';
import { HtmlValidate } from 'html-validate';
import mammoth from 'mammoth';
import { text } from 'node:stream/consumers';
import { extractText, getDocumentProxy } from 'unpdf';
import {
  textOfInlines,
  REPORT_KINDS,
  Reports,
  type Block,
  type Cell,
  type Inline,
  type NumberedReport,
  type ReportFormat,
  type ReportKind,
  type Table,
} from '#reports';
import { allSections } from '../libs/reports/src/testing/sample.js';
import { done, refusal } from './support/asking.js';
import { deep } from './support/properties.js';
import type { OpenApi } from './support/openapi.js';
import { HLD, TestServer, type Answer } from './support/server.js';

const REAL = {
  'IOM as at November 2006': 'agency?agency=IOM&asOf=2006-11-21',
  'IOM since November 2006': 'agency?agency=IOM&asOf=2011-02-17&since=2006-11-21',
  'what IOM is a partner in': 'agency?agency=IOM&role=partner&asOf=2012-11-02',
  'an agency with one commitment': 'agency?agency=SPRINGER&asOf=2012-11-02&language=fr',
  'an agency before it had any': 'agency?agency=WHO&asOf=2006-01-01&language=es',
  'remittances, in French': 'theme?theme=HLD06-04&asOf=2011-02-17&since=2006-11-21&language=fr',
  'a theme through a crosswalk':
    'theme?theme=HLD13-6&crosswalk=HLD06-HLD13&crosswalkVersion=1&match=close,broad,related&asOf=2012-11-02',
  'a theme through a crosswalk, since a date':
    'theme?theme=HLD13-6&crosswalk=HLD06-HLD13&crosswalkVersion=1&match=close,broad&asOf=2012-11-02&since=2011-02-17',
  'the members of a body, since a date': 'synthesis?memberOf=GMG&asOf=2012-11-02&since=2011-02-17',
  'the Dialogue of 2006': 'forum?forum=HLD-2006&asOf=2008-01-01',
  'the Dialogue, of the members of a body': 'forum?forum=HLD-2006&asOf=2008-01-01&memberOf=GMG',
  'the synthesis, in English': 'synthesis?asOf=2012-11-02&since=2011-02-17',
  'the synthesis, in Spanish': 'synthesis?asOf=2012-11-02&since=2011-02-17&language=es',
  'the register': 'register?asOf=2011-02-17',
} as const;

const server = TestServer.forAll([HLD]);

const report = async (asked: string, format = 'json'): Promise<Answer> => {
  const answer = await server.get(`/v1/reports/${asked}${asked.includes('?') ? '&' : '?'}format=${format}`);
  expect([asked, format, answer.status]).toEqual([asked, format, 200]);
  return answer;
};
const reports = new Map<string, Promise<NumberedReport>>();
// Node keeps the module of a spec as long as its worker lives.
afterAll(() => reports.clear());
/** A report, made once. */
const read = (asked: string): Promise<NumberedReport> =>
  reports.get(asked) ??
  reports
    .set(
      asked,
      report(asked).then(({ body }) => body as NumberedReport),
    )
    .get(asked)!;
const get = async (path: string) => (await server.get(`/v1/${path}`)).body;
/** The references of all commitments of a list. */
const referencesIn = async (query: string): Promise<string[]> =>
  (await get(`commitments?limit=1000&${query}`)).items.map(({ reference }: { reference: string }) => reference);

const blocksOf = ({ sections }: NumberedReport): Block[] => allSections(sections).flatMap(({ blocks }) => blocks);
const tablesOf = (made: NumberedReport): Table[] => blocksOf(made).filter((block) => block.type === 'table');
const tableOf = (made: NumberedReport, id: string): Table => tablesOf(made).find((table) => table.id === id)!;
const rowsOf = ({ rows }: Table) => rows as readonly (readonly Cell[])[];
const numbersIn = (row: readonly Cell[]): number[] =>
  row.flatMap((cell) => (cell?.type === 'integer' || cell?.type === 'share' ? [cell.value] : []));

/** Every number that leads to a list, in sentences and in tables. */
function linkedNumbers(made: NumberedReport): { value: number; href: string }[] {
  const inSentence = (inlines: readonly Inline[]) =>
    inlines.flatMap((one) =>
      typeof one !== 'string' && one.type === 'figure' && one.href ? [{ value: one.value, href: one.href }] : [],
    );
  const inCell = (cell: Cell) =>
    (cell?.type === 'integer' || cell?.type === 'share') && cell.href ? [{ value: cell.value, href: cell.href }] : [];
  return blocksOf(made).flatMap((block) => {
    if (block.type === 'paragraph') return inSentence(block.inlines);
    if (block.type === 'list') return block.items.flatMap(inSentence);
    if (block.type === 'table') return [...rowsOf(block), block.totalRow ?? []].flat().flatMap(inCell);
    return [];
  });
}

/** The words of the report itself, without figures, names and notes. */
const plainWords = (inlines: readonly Inline[]): string =>
  inlines.map((one) => (typeof one === 'string' ? one : ' ')).join('');

/** How many there are in the list that an address leads to: of a matrix, its rows and its columns. */
async function listed(href: string): Promise<number[]> {
  const { pathname, search } = new URL(href);
  const [api, ...totals] = (
    {
      '/commitments': ['/v1/commitments', 'total'],
      '/outcomes': ['/v1/progress/outcomes', 'rowCount'],
      '/changes-since': ['/v1/progress/flows/commitments', 'total'],
      '/matrix': ['/v1/progress/matrix', 'rowCount', 'columnCount'],
      '/no-update': ['/v1/progress/silent'],
    } as const
  )[pathname]!;
  const { status, body } = await server.get(`${api}${search}${totals.length > 0 ? '&limit=1' : ''}`);
  expect([href, status]).toEqual([href, 200]);
  const view = body as Record<string, number> & { readonly rows: readonly unknown[] };
  return totals.length > 0 ? totals.map((total) => view[total]!) : [view.rows.length];
}

describe('the figures of a report', () => {
  it.each(Object.entries(REAL))('are those of the lists that they lead to: %s', async (_, asked) => {
    const numbers = linkedNumbers(await read(asked));
    // In a deep run all of them.
    const step = deep ? 1 : Math.ceil(numbers.length / 50);
    for (const { value, href } of numbers.filter((_, i) => i % step === 0))
      expect({ href, totals: await listed(href) }).toEqual({ href, totals: expect.arrayContaining([value]) });
  });

  it.each(Object.entries(REAL))(
    'are all linked: no other number stands in it than a date, a share, a time or a version: %s',
    async (_, asked) => {
      const made = await read(asked);
      const inlines = blocksOf(made).flatMap((block) =>
        block.type === 'paragraph' ? [block.inlines] : block.type === 'list' ? block.items : [],
      );
      const inTables = tablesOf(made).flatMap(({ id, columns, rows, totalRow = [] }) =>
        [...(rows as readonly (readonly Cell[])[]), totalRow].flatMap((row) =>
          row.flatMap((cell, i) => {
            const isCount = cell?.type === 'integer' || cell?.type === 'share';
            return isCount && cell.href === undefined && columns[i]!.key !== 'months' ? [[id, columns[i]!.key]] : [];
          }),
        ),
      );
      expect(inTables).toEqual([]);
      expect(inlines.flat().filter((one) => typeof one !== 'string' && one.type === 'figure' && !one.href)).toEqual([]);
      const inWords = inlines.flatMap(
        (said) =>
          plainWords(said)
            .replaceAll(
              /\d{1,2}(?:er)?\s(?:de\s)?\p{L}+\s(?:de\s)?\d{4}|\d+\s(?:per\scent|pour\scent|por\sciento)|\d+\s(?:months?|mois|meses|mes)|\(version \d+\)/gu,
              '',
            )
            .match(/\b(?<!-)\d+\b/g) ?? [],
      );
      expect(inWords).toEqual([]);
    },
  );

  it('would be found out when they were others', async () => {
    const [first] = linkedNumbers(await read(REAL['the register']));
    expect(await listed(first!.href)).not.toContain(first!.value + 1);
  });

  it('are those of the API, in every format', async () => {
    const asked = 'agency?agency=IOM&asOf=2006-11-21&knownAt=1411';
    const { row } = await get('progress/agencies/IOM?asOf=2006-11-21&knownAt=1411');
    const stages = tableOf(await read(asked), 'stages');
    const valueOf = (cell: Cell | undefined) => (cell as { value: string | number }).value;
    const shown = rowsOf(stages).map(([stage, total]) => [valueOf(stage), valueOf(total)]);
    expect(Object.fromEntries(shown)).toEqual(row.byStage);
    const counts = rowsOf(stages).map((cells) => numbersIn(cells)[0]);
    const html = (await report(asked, 'html')).body as string;
    const [, table] = /<figure id="table-1"[^>]*>([\s\S]*?)<\/figure>/.exec(html)!;
    const inHtml = [...table!.matchAll(/<td class="integer">(?:<a [^>]*>)?(\d+)/g)].map(([, n]) => Number(n));
    expect(inHtml).toEqual([...counts, row.total]);
    const md = (await report(asked, 'md')).body as string;
    const inMd = md.split('Table 1.')[1]!.split('\n*Source')[0]!;
    const figures = [...inMd.matchAll(/^\| [^|]+ \| \*{0,2}\[(\d+)\]/gm)].map(([, n]) => Number(n));
    expect(figures).toEqual([...counts, row.total]);
    const csv = (await report(asked, 'csv')).body as string;
    const lines = csv.trim().split('\n').slice(1);
    expect(lines.map((line) => line.split(',')[0])).toEqual(await referencesIn('agency=IOM&asOf=2006-11-21'));
  });

  interface Counted {
    readonly name: string;
    readonly total: number;
    readonly byStage: Record<string, number>;
    readonly overdue: number;
    readonly stale: number;
  }
  const stagesOf = ({ name, total, byStage, overdue, stale }: Counted) =>
    [name, { ...byStage, total, overdue, staleCount: stale }] as const;
  const rowsOfView = async (path: string) => ((await get(`progress/${path}`)).rows as Counted[]).map(stagesOf);
  const inWords = (code: string) => code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ');
  const NOV = 'asOf=2012-11-02&knownAt=1411';

  /** One table of each kind of report, and the API's answer on its rows: by their names, the values of its columns. */
  const READ_BACK: Record<
    string,
    readonly [asked: string, table: string, said: () => Promise<(readonly [string, Record<string, number>])[]>]
  > = {
    agency: [`agency?agency=WHO&${NOV}`, 'themes-table', () => rowsOfView(`agencies/WHO?${NOV}`)],
    theme: [`theme?theme=HLD06-09&${NOV}`, 'agencies-table', () => rowsOfView(`themes/HLD06-09?${NOV}`)],
    forum: [
      `forum?forum=GFMD-2010&${NOV}`,
      'kinds',
      async () => {
        const { kinds } = await get(`progress/outcomes?followsUp=GFMD-2010&${NOV}`);
        return (kinds as { kind: string; outcomes: number; covered: number }[]).map(({ kind, outcomes, covered }) => [
          ...([inWords(kind), { outcomes, covered }] as const),
        ]);
      },
    ],
    synthesis: [
      `synthesis?followsUp=GFMD-2010&${NOV}`,
      'agencies-table',
      () => rowsOfView(`agencies?followsUp=GFMD-2010&${NOV}`),
    ],
    register: [
      `register?agency=UNDP&${NOV}`,
      'stages',
      async () => {
        const { row } = await get(`progress/agencies/UNDP?${NOV}`);
        return Object.entries((row as Counted).byStage).map(([stage, n]) => [inWords(stage), { total: n, share: n }]);
      },
    ],
  };

  it.each(Object.entries(READ_BACK))(
    'are those of the API, read back out of XLSX, DOCX and PDF by other programs: %s',
    async (_, [asked, id, said]) => {
      const { columns, rows: shown, number, title } = tableOf(await read(asked), id);
      const known = new Map(await said());
      const names = (shown as readonly (readonly Cell[])[]).map(([name]) =>
        name?.type === 'text' ? textOfInlines(name.inlines) : name?.type === 'code' ? name.words : '',
      );
      const keys = columns.slice(1).map(({ key }) => key);
      const expected = names.map((name) => keys.map((key) => known.get(name)![key]!));
      expect(expected.length).toBeGreaterThan(id === 'kinds' ? 0 : 3);
      expect(expected.flat().some((n) => n > 0)).toBe(true);
      const isShare = (i: number) => columns[i + 1]!.type === 'share';

      const bytesOf = async (format: string) =>
        new Uint8Array(await (await fetch(`${server.url}/v1/reports/${asked}&format=${format}`)).arrayBuffer());
      const { Sheets, SheetNames } = readWorkbook(await bytesOf('xlsx'));
      const sheet = Sheets[SheetNames.find((name) => name.startsWith(`${number} `))!]!;
      const lines = utils.sheet_to_json<unknown[]>(sheet, { header: 1, blankrows: false });
      expect(lines.slice(1, 1 + expected.length).map((line) => line.slice(0, 1 + keys.length))).toEqual(
        expected.map((figures, i) => [names[i], ...figures]),
      );

      const { value: html } = await mammoth.convertToHtml({ buffer: Buffer.from(await bytesOf('docx')) });
      const [, after] = html.split(`. ${textOfInlines(title).replaceAll('&', '&amp;')}`);
      const table = /<table>([\s\S]*?)<\/table>/.exec(after!)![1]!;
      const cells = [...table.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
        [...row!.matchAll(/<td>([\s\S]*?)<\/td>/g)].map(([, cell]) => cell!.replaceAll(/<[^>]+>/g, '')),
      );
      // Of a share, the number before its whole.
      const figuresIn = (row: readonly string[]) =>
        row.slice(1).map((text, i) => Number(isShare(i) ? text.split(' of ')[0] : text));
      expect(cells.slice(1, 1 + expected.length).map((row) => [row[0], ...figuresIn(row)])).toEqual(
        expected.map((figures, i) => [names[i], ...figures]),
      );

      const document = await getDocumentProxy(await bytesOf('pdf'));
      const pages = await extractText(document, { mergePages: true });
      const inPdf = pages.text.replaceAll(/[\s\u200B\u00AD]+/g, '');
      const line = (name: string, figures: readonly number[]) =>
        [name, ...figures.map((n, i) => (isShare(i) ? `${n}of` : n))].join('').replaceAll(' ', '');
      for (const [i, figures] of expected.entries()) expect(inPdf).toContain(line(names[i]!, figures));
      expect(inPdf).not.toContain(line(names[0]!, [...expected[0]!.slice(0, -1), 99]));
    },
  );

  it('stand in sentences with their denominator, in each language', async () => {
    for (const [language, sentence] of Object.entries({
      en: 'Of 89 commitments, 27 (30 per cent) were completed by 21 November 2006.',
      fr: 'Sur 89 engagements, 27 (30 pour cent) étaient achevés au 21 novembre 2006.',
      es: 'De 89 compromisos, 27 (30 por ciento) habían concluido al 21 de noviembre de 2006.',
    })) {
      const { body } = await report(`agency?agency=IOM&asOf=2006-11-21&language=${language}`, 'html');
      const text = (body as string).replaceAll(/<[^>]+>/g, '').replaceAll('\u00a0', ' ');
      expect([language, text.includes(sentence)]).toEqual([language, true]);
    }
  });
});

describe('the words of a report', () => {
  /** All that it says in its own language: not names, titles and citations. */
  const said = (value: unknown, key = ''): string[] => {
    if (typeof value === 'string')
      return ['href', 'id', 'key', 'svg', 'lang', 'citation', 'type'].includes(key) ? [] : [value];
    if (Array.isArray(value)) return value.flatMap((one) => said(one, key));
    if (value === null || typeof value !== 'object' || (value as { type?: string }).type === 'foreign') return [];
    return Object.entries(value).flatMap(([name, one]) =>
      name === 'manifest' || name === 'data' || (name === 'title' && (value as { type?: string }).type === 'table')
        ? []
        : said(one, name),
    );
  };
  const french = [
    'agency?agency=IOM&asOf=2011-02-17&since=2006-11-21',
    'forum?forum=HLD-2006&asOf=2008-01-01&memberOf=GMG',
    'synthesis?asOf=2012-11-02',
  ];

  it.each(french)(
    'in French keep their signs apart as French does, and in the others as those do: %s',
    async (asked) => {
      const [fr, es] = [said(await read(`${asked}&language=fr`)), said(await read(`${asked}&language=es`))];
      expect(fr.length).toBeGreaterThan(200);
      const wrong = /(?<!\u00a0)[:;!?»](?=\s|$)|«(?!\u00a0)| [.,)]/;
      expect(fr.filter((text) => wrong.test(text))).toEqual([]);
      expect(es.filter((text) => /\s[:;!?.,)]/.test(text))).toEqual([]);
      // The control: right Spanish is wrong in French.
      expect(es.some((text) => wrong.test(text))).toBe(true);
    },
  );

  it('hold nothing that was not filled in, and no numeral at the head of a sentence', async () => {
    for (const asked of Object.values(REAL)) {
      const made = await read(asked);
      for (const block of blocksOf(made)) {
        if (block.type !== 'paragraph') continue;
        const text = textOfInlines(block.inlines);
        expect([asked, text]).toEqual([
          asked,
          expect.not.stringMatching(/undefined|NaN|\[object|\b0 \(0 |^\d+ (?!de )/),
        ]);
      }
    }
  });
});

describe('the report', () => {
  it('on an agency shows each of its commitments once in full, and what was asked of it in vain', async () => {
    const made = await read(REAL['IOM as at November 2006']);
    const { total } = await get('commitments?agency=IOM&asOf=2006-11-21&limit=1');
    const full = tablesOf(made).filter(({ id }) => id.startsWith('commitments-'));
    expect(full.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(total);
    const open = await get('progress/outcomes?addressee=IOM&agency=IOM&covered=false&asOf=2006-11-21');
    expect(rowsOf(tableOf(made, 'not-taken-up-table'))).toHaveLength(open.rowCount);
  });

  it('on a forum shows every outcome, taken up or not', async () => {
    const made = await read(REAL['the Dialogue of 2006']);
    const { outcomes, covered } = (await get('progress/outcomes?followsUp=HLD-2006&asOf=2008-01-01')).total;
    const oneByOne = { ...made, sections: made.sections.filter(({ id }) => id === 'outcomes') };
    expect(tablesOf(oneByOne)).toHaveLength(covered);
    expect(rowsOf(tableOf(made, 'nobody-table'))).toHaveLength(outcomes - covered);
    const inData = new Set(rowsOf(made.data).map(([outcome]) => JSON.stringify(outcome)));
    expect(inData.size).toBeGreaterThanOrEqual(outcomes);
  });

  it('on a forum, of the members of a body, does not say that nobody took up what others may have', async () => {
    const wordsOf = (made: NumberedReport) => JSON.stringify(made.sections);
    // IOM has no members: the items that the register shows as taken up, others took up.
    const ofMembers = 'forum?forum=HLD-2006&asOf=2008-01-01&memberOf=IOM';
    const made = wordsOf(await read(ofMembers));
    expect(made).toContain('No member has taken this up.');
    expect(made).toContain('Only the commitments of members of ');
    expect(made).not.toMatch(/nobody has/i);
    expect(wordsOf(await read(`${ofMembers}&language=fr`))).not.toMatch(/personne n’/i);
    expect(wordsOf(await read(`${ofMembers}&language=es`))).not.toMatch(/nadie /i);
    // The control: a report on all of it says so.
    expect(wordsOf(await read(REAL['the Dialogue of 2006']))).toMatch(/nobody has/i);
  });

  it('that covers a time says how the number became another', async () => {
    const made = await read(REAL['the synthesis, in Spanish']);
    const { totalThen, reported, totalNow } = await get('progress/flows?asOf=2012-11-02&from=2011-02-17');
    const [bridge] = made.sections.find(({ id }) => id === 'since')!.blocks;
    const figures = bridge!.type === 'paragraph' ? bridge!.inlines : [];
    const values = figures.flatMap((one) => (typeof one !== 'string' && one.type === 'figure' ? [one.value] : []));
    expect(values[0]).toBe(totalThen.total);
    expect(values).toContain(reported.entered.new.total);
    expect(values.at(-1)).toBe(totalNow.total);
  });

  it('of everything has a row for each commitment, in the order of their references', async () => {
    const { data, sections } = await read(REAL['the register']);
    const references = await referencesIn('asOf=2011-02-17');
    const firsts = (table: Table) =>
      rowsOf(table).map(([first]) => (first?.type === 'text' ? textOfInlines(first.inlines) : null));
    expect(firsts(data)).toEqual(references);
    expect(firsts(sections[1]!.blocks[1] as Table)).toEqual(references);
  });
});

describe('a report as HTML', () => {
  // One of each kind: the format knows no kinds.
  it.each([
    REAL['IOM since November 2006'],
    REAL['a theme through a crosswalk, since a date'],
    REAL['the Dialogue, of the members of a body'],
    REAL['the register'],
    'synthesis?followsUp=GFMD-2010&asOf=2012-11-02&language=fr',
  ])('is one valid file without scripts: %s', async (asked) => {
    const { body, headers } = await report(asked, 'html');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const validator = new HtmlValidate({
      root: true,
      extends: ['html-validate:standard'],
      rules: { 'no-trailing-whitespace': 'off', 'long-title': 'off', 'prefer-native-element': 'off' },
    });
    const { results } = await validator.validateString(body as string);
    const wrong = results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
    expect(wrong).toEqual([]);
    expect(/<script|\son\w+=|\sstyle="|src=|@import|url\((?!#)/.exec(body as string)?.[0]).toBeUndefined();
  });
});

describe('a format that nobody has made yet', () => {
  /** The titles of sections and tables, one a line. */
  const titles: ReportFormat = {
    ...{ mediaType: 'text/plain', extension: 'txt', reads: ['sections'] },
    async *write({ sections }) {
      for (const { title, blocks } of allSections(sections)) {
        yield Buffer.from(`${textOfInlines(title)}\n`);
        for (const block of blocks) if (block.type === 'table') yield Buffer.from(`${textOfInlines(block.title)}\n`);
      }
    },
  };
  const ABOUT: Readonly<Record<ReportKind, Record<string, string>>> = {
    ...{ agency: { agency: 'WHO' }, theme: { theme: 'HLD06-09' }, forum: { forum: 'GFMD-2010' } },
    ...{ synthesis: { followsUp: 'GFMD-2010' }, register: { agency: 'UNDP' } },
  };

  it.each(REPORT_KINDS)('writes a report of any kind: %s', async (kind) => {
    const reports = server.app.get(Reports);
    const made = await reports.make(kind, reports.query(kind, { ...ABOUT[kind], asOf: '2012-11-02' }));
    const lines = (await text(titles.write(made))).trimEnd().split('\n');
    expect(lines).toHaveLength(allSections(made.sections).length + tablesOf(made).length);
    expect(lines).toContain(textOfInlines(made.sections[0]!.title));
    expect(lines).toContain(textOfInlines(tablesOf(made)[0]!.title));
  });
});

describe('a report that is asked for by its media type', () => {
  it('is given as each type that the document offers, to those who accept no other, and refused as any other', async () => {
    const { paths } = (await server.get('/openapi.json')).body as OpenApi;
    const offered = Object.keys(paths['/v1/reports/agency']!['get']!.responses['200']!.content!);
    expect(offered.length).toBeGreaterThan(5);
    const typeFor = async (accept: string) => {
      const answer = await fetch(`${server.url}/v1/reports/agency?agency=WHO`, { headers: { accept } });
      await answer.body!.cancel();
      return answer.headers.get('content-type')!.split(';')[0];
    };
    for (const type of offered) expect(await typeFor(type)).toBe(type);
    expect(await typeFor('text/turtle')).toBe('application/problem+json');
  });
});

describe('what cannot be reported', () => {
  it.each([
    ['summary', '404 not_found'],
    ['agency', '400 invalid'],
    ['agency?agency=IOM&asOf=2006-11-21&since=2006-11-22', '400 invalid'],
    ['agency?agency=IOM&theme=HLD06-04', '400 invalid'],
    ['register?knownAt=999999', '400 invalid'],
  ])('is refused: %s', async (asked, refused) => {
    const answer = await server.get(`/v1/reports/${asked}`);
    expect(refusal(answer)).toMatch(new RegExp(`^${refused}( |$)`));
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('the next step of a commitment', () => {
  /** One that WHO leads. */
  const found = async () => (await server.get('/v1/commitments?agency=WHO&role=lead')).body.items[0];
  /** Makes the next statement on it. */
  const says = async (reportedOn: string, next: object) => {
    const { reference } = await found();
    const stage = { agency: 'WHO', stage: 'in_progress', effective: '2012', reportedOn, note: 'It goes on.', ...next };
    const { position } = await done(server.post(`/v1/commitments/${reference}/stage`, stage, server.token('WHO')));
    await server.get('/v1/commitments', { 'if-position-at-least': position });
  };
  const columns = ['nextStep', 'nextStepDue', 'noNextStep'];

  it('stands with its date beside the stage in reports on an agency and on a theme, in each language', async () => {
    await says('2012-11-02', { nextStep: 'Print the second volume', nextStepDue: '2013-03' });
    const shows = async (about: string, language: string, ...words: string[]) => {
      const { body } = await report(`${about}&asOf=2012-11-02&language=${language}`, 'md');
      for (const said of words) expect(String(body).replaceAll('\u00a0', ' ')).toContain(said);
    };
    const [who, theme, step] = ['agency?agency=WHO', (await found()).themes[0], 'Print the second volume'];
    await shows(who, 'en', 'In progress since 2012', `Next step: ${step} (due Mar. 2013)`);
    await shows(who, 'fr', 'En cours depuis 2012', `Prochaine étape : ${step} (échéance : mars 2013)`);
    await shows(`theme?theme=${theme}`, 'es', 'En curso desde 2012', `Próximo paso: ${step} (plazo: mar. `);
    const made = await read('agency?agency=WHO&asOf=2012-11-02');
    const { reference } = await found();
    const said = rowsOf(made.data).find(
      ([first]) => first?.type === 'text' && textOfInlines(first.inlines) === reference,
    )!;
    const cells = columns.map((name) => said[made.data.columns.findIndex(({ key }) => key === name)]);
    expect(cells).toMatchObject([
      { type: 'text' },
      { type: 'date', value: '2013-03' },
      { type: 'code', value: 'false' },
    ]);
  });

  it('is said not to be there only where somebody says so', async () => {
    await says('2012-11-03', { noNextStep: true });
    const shown = async (asOf: string) =>
      String((await report(`agency?agency=WHO&asOf=${asOf}`, 'md')).body).includes('no next step');
    expect([await shown('2012-11-03'), await shown('2012-11-02')]).toEqual([true, false]);
    const { body } = await report('agency?agency=WHO&asOf=2012-11-03', 'csv');
    expect(String(body).split('\n')[0]).toContain(columns.join(','));
  });
});
