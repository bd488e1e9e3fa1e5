import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { read, utils } from '@e965/xlsx';
import { Logger } from '@nestjs/common';
import { commitment as aggregate } from '#commitments';
import { NO_STREAM, Projector } from '#eventsourcing';
import { LOG, metaOf } from '#platform';
import { FILTERS, Progress } from '#progress';
import { commitment, roles } from './support/commitment.js';
import { bearer, done, refusal } from './support/asking.js';
import { asPeopleSort } from './support/naive-lists.js';
import { HLD, TestServer } from './support/server.js';
import { LIMIT_MS } from './support/waiting.js';

type Rows = Record<string, string>[];

/** A table as a spreadsheet would read it; no cell of ours holds a line break. */
const table = (csv: string): Rows => {
  const [head, ...lines] = csv
    .trimEnd()
    .split('\n')
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) =>
        cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!,
      ),
    );
  return lines.map((cells) => Object.fromEntries(head!.slice(0, -1).map((name, i) => [name, cells[i]!])));
};
const lines = (ndjson: string): Record<string, unknown>[] =>
  ndjson
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** The parameters that some lists need, too. */
const NEEDED_PARAMETERS: Readonly<Record<string, object>> = {
  '/v1/progress/flows': { from: '2005-01-01' },
  '/v1/progress/flows/commitments': { from: '2005-01-01', flow: 'new' },
  '/v1/search': { q: 'migration' },
};

/** The addresses of a Link header, by their relations. */
const linksOf = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    [...headers.get('link')!.matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, address, rel]) => [rel, address!]),
  );

describe('Lists and views', () => {
  const server = TestServer.forAll([HLD]);

  it('are the same as JSON, CSV and NDJSON, whichever way that is asked for', async () => {
    const path = '/v1/commitments?agency=ILO&asOf=2011-02-17&sort=-title';
    const { body } = await server.get(`${path}&limit=1000`);
    expect(body.total).toBeGreaterThan(20);
    for (const [more, headers] of [
      ['&format=ndjson', {}],
      ['', { accept: 'application/x-ndjson' }],
      ['', { accept: 'text/csv;q=0.2, application/x-ndjson;q=0.9, application/json;q=0.8' }],
    ] as const) {
      const answer = await server.get(path + more, headers);
      expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
      expect(lines(answer.body)).toEqual(body.items);
    }
    const references = body.items.map(({ reference }: { reference: string }) => reference);
    for (const [more, headers] of [
      ['&format=csv', { accept: 'application/json' }],
      ['', { accept: 'text/csv, */*;q=0.1' }],
    ] as const) {
      const answer = await server.get(path + more, headers);
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      expect(answer.headers.get('content-disposition')).toBe('inline; filename="commitments-2011-02-17.csv"');
      expect(table(answer.body).map(({ reference }) => reference)).toEqual(references);
    }
    for (const accept of ['*/*', 'application/json', 'text/html,application/xhtml+xml,*/*;q=0.8', 'text/csv;q=0'])
      expect((await server.get(path, { accept })).headers.get('content-type')).toContain('application/json');
  });

  it('are the same table as XLSX and as CSV, also where the JSON is none', async () => {
    const matrix = '/v1/progress/matrix?asOf=2011-02-17';
    const { body } = await server.get(`${matrix}&format=csv`);
    const bytes = await (await fetch(`${server.url}${matrix}&format=xlsx`)).arrayBuffer();
    const { Sheets, SheetNames } = read(bytes);
    const sheet = utils.sheet_to_json<Record<string, unknown>>(Sheets[SheetNames[0]!]!);
    const texts = (row: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(row).map(([column, value]) => [column, String(value)]));
    const written = table(body as string).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '')),
    );
    expect(sheet.map(texts)).toEqual(written);
    expect(written.length).toBeGreaterThan(10);
  });

  it('that the document names can all be had as NDJSON: the entries of the JSON, one per line', async () => {
    const { body: document } = await server.get('/openapi.json');
    type Get = { responses: Record<string, { content?: object }>; parameters: { name?: string }[] };
    const listed = Object.entries(document.paths as Record<string, { get?: Get }>)
      .filter(
        ([path, { get }]) =>
          !path.includes('{') &&
          get?.parameters.some(({ name }) => name === 'format') &&
          'application/x-ndjson' in get.responses['200']!.content!,
      )
      .map(([path, { get }]) => [path, get!.parameters.map(({ name }) => name)] as const);
    expect(listed.map(([path]) => path)).toEqual(
      expect.arrayContaining(['/v1/commitments', '/v1/agencies', '/v1/documents', '/v1/progress/themes']),
    );
    const caller = bearer(server.token(null));
    for (const [path, takes] of listed) {
      const common = { limit: '3', asOf: '2012-11-02', ...NEEDED_PARAMETERS[path] };
      const asked = Object.entries(common).filter(([name]) => takes.includes(name));
      const query = `${path}?${new URLSearchParams(asked).toString()}`;
      const [json, ndjson, csv] = [
        await server.get(query, caller),
        await server.get(`${query}&format=ndjson`, caller),
        await server.get(`${query}&format=csv`, caller),
      ];
      expect([query, json.status, csv.status]).toEqual([query, 200, 200]);
      expect([path, ndjson.headers.get('content-type')]).toEqual([path, 'application/x-ndjson; charset=utf-8']);
      const read = ndjson.body.trim() ? lines(ndjson.body) : [];
      // A view of two figures beside each other has no list of its own; the record of who looked grows by each look.
      const own = path === '/v1/audit' ? read : (json.body.items ?? json.body.rows ?? json.body.groups);
      const entries = own ?? read;
      expect([path, read]).toEqual([path, entries]);
      expect([path, csv.body.trimEnd().split('\n').length > 1]).toEqual([path, read.length > 0]);
    }
  });

  it('say which date and position they show, and where that will always be found', async () => {
    for (const path of [
      '/v1/commitments?q=health&limit=3',
      '/v1/progress/agencies?followsUp=HLD-2006&format=csv',
      '/v1/commitments?format=ndjson',
      '/v1/outcomes?limit=2',
    ]) {
      const before = await server.get(path);
      const position = before.headers.get('x-position')!;
      if (!path.includes('outcomes')) expect(before.headers.get('x-as-of')).toBe(new Date().toISOString().slice(0, 10));
      const handbook = {
        title: 'Health handbook',
        followsUp: ['HLD-2006'],
        effective: '2006',
        reportedOn: '2007-01-01',
      };
      const recorded = server.post('/v1/commitments', commitment(handbook), server.token(null));
      const now = await server.get(path, { 'if-position-at-least': (await done(recorded)).position });
      const then = await server.get(linksOf(before.headers)['bookmark']!);
      expect(then.body).toEqual(before.body);
      expect(then.headers.get('x-position')).toBe(position);
      if (!path.includes('outcomes')) expect(now.body).not.toEqual(before.body);
    }
  });

  it('have only the fields that are asked for, in that order', async () => {
    const path = '/v1/commitments?asOf=2011-02-17&limit=3&fields=title,agencies,reference';
    const { body } = await server.get(path);
    expect(Object.keys(body).sort()).toEqual(['asOf', 'items', 'nextCursor', 'position', 'sort', 'total']);
    for (const item of body.items) expect(Object.keys(item)).toEqual(['title', 'agencies', 'reference']);
    expect(body.items[0].agencies[0]).toEqual({ agency: expect.any(String), role: 'lead' });
    expect(lines((await server.get(`${path}&format=ndjson`)).body)).toEqual(body.items);
    const csv = (await server.get(`${path}&format=csv`)).body as string;
    expect(csv.split('\n')[0]).toBe('title,agencies,reference');
    const read = (await server.get('/v1/commitments?fields=verification&format=csv')).body as string;
    expect(read.split('\n')[0]).toBe('verification,verificationReason,replies');
    for (const [asked, fields] of [
      ['commitments?fields=title&fields=stage', ['title', 'stage']],
      ['agencies?fields=code,name', ['code', 'name']],
    ] as const) {
      const { items } = (await server.get(`/v1/${asked}&limit=2`)).body as { items: object[] };
      expect(items.map((item) => Object.keys(item))).toEqual([fields, fields]);
    }
  });

  it.each([
    ['/v1/commitments?fields=reference,colour', '/fields', /fields knows no .*colour.*; it takes reference, title, /],
    ['/v1/commitments?fields=agencies.role', '/fields', /it takes reference, title, /],
    ['/v1/themes?fields=name', '/fields', /it takes code, framework, label, parent/],
    ['/v1/commitments?sort=colour', '/sort', /reference, -reference, title, /],
    ['/v1/commitments?sort=-relevance&q=a', '/sort', /relevance/],
    ['/v1/commitments?sort=relevance', '/sort', /needs words to search for/],
    ['/v1/commitments?format=xml', '/format', /json, csv/],
    ['/v1/agencies?sort=kind', '/sort', /code, -code, name, -name/],
    ['/v1/commitments?cursor=abc', '/cursor', /not one that an answer gave/],
    ['/v1/commitments?cursor=abc&format=csv', '/cursor', /not one that an answer gave/],
    ['/v1/agencies?cursor=abc', '/cursor', /not one that an answer gave/],
    ['/v1/agencies?limit=0', '/limit', /takes a whole number from 1 to 1000, not 0$/],
    ['/v1/commitments?staleAfter=-1', '/staleAfter', /takes a whole number of calendar months from 0 to 1200, not -1$/],
    ['/v1/commitments?staleAfter=P12M', '/staleAfter', /takes a whole number of calendar months .*, not P12M$/],
  ])('%s is refused: it names %s and what can be asked for', async (path, pointer, message) => {
    const { status, body } = await server.get(path);
    expect([status, body.code]).toEqual([400, 'invalid']);
    expect(body.errors).toEqual([{ pointer, message: expect.stringMatching(message) }]);
  });

  it('go on where the page before ended, with the same question and no other', async () => {
    const asked = '/v1/commitments?agency=IOM&sort=-lastReportedOn&limit=100';
    const first = await server.get(asked);
    const all = await server.get('/v1/commitments?agency=IOM&sort=-lastReportedOn&limit=1000');
    const seen = [...first.body.items];
    for (let next: string | undefined = linksOf(first.headers)['next']; next;) {
      const page = await server.get(next);
      expect([page.status, page.body.position]).toEqual([200, first.body.position]);
      seen.push(...page.body.items);
      next = linksOf(page.headers)['next'];
    }
    expect(seen).toEqual(all.body.items);
    const cursor = first.body.nextCursor as string;
    expect((await server.get(`${asked}&cursor=${cursor}&asOf=${first.body.asOf}`)).status).toBe(200);
    for (const other of [
      `/v1/commitments?agency=ILO&sort=-lastReportedOn&cursor=${cursor}`,
      `/v1/commitments?agency=IOM&cursor=${cursor}`,
      `${asked}&cursor=${cursor}&asOf=2011-02-17`,
      `${asked}&cursor=${cursor}&knownAt=${Number(first.body.position) - 1}`,
      `${asked}&cursor=${cursor}&staleAfter=6`,
      `${asked.replace('&limit=100', '')}&cursor=${cursor}&staleAfter=6&format=csv`,
      `/v1/agencies?cursor=${cursor}`,
    ]) {
      expect([other, refusal(await server.get(other))]).toEqual([other, '422 cursor_of_another_list /cursor']);
    }
    const rest = await server.get(`${asked.replace('&limit=100', '')}&cursor=${cursor}&format=ndjson`);
    expect(lines(rest.body)).toEqual(all.body.items.slice(100));
  });

  it('of the registers are searched, ordered and given in pages, too', async () => {
    const { body: all } = await server.get('/v1/agencies?asOf=2006-11-20');
    expect([all.items.length, all.nextCursor]).toEqual([all.total, null]);
    const codes = (items: { code: string }[]) => items.map(({ code }) => code);
    for (const sort of ['code', '-code', 'name', '-name']) {
      const key = sort.replace('-', '') as 'code' | 'name';
      const compare = (a: string, b: string) =>
        asPeopleSort(a) < asPeopleSort(b) ? -1 : Number(asPeopleSort(a) > asPeopleSort(b));
      const wanted = [...(all.items as Record<'code' | 'name', string>[])].sort(
        (a, b) => (sort.startsWith('-') ? -1 : 1) * compare(a[key], b[key]) || compare(a.code, b.code),
      );
      const seen: { code: string }[] = [];
      for (let next: string | undefined = `/v1/agencies?asOf=2006-11-20&limit=25&sort=${sort}`; next;) {
        const page = await server.get(next);
        expect(page.body.total).toBe(all.total);
        seen.push(...page.body.items);
        next = linksOf(page.headers)['next'];
      }
      expect([sort, codes(seen)]).toEqual([sort, codes(wanted)]);
    }
    const found = await server.get('/v1/agencies?q=organization migr');
    expect(codes(found.body.items)).toContain('IOM');
    expect(found.body.total).toBeLessThan(10);
    expect((await server.get('/v1/themes?q=REMITTANCES tool')).body.items).toMatchObject([{ code: 'HLD06-04' }]);
    expect((await server.get('/v1/agencies?q=xyzzy')).body.total).toBe(0);
  });

  describe('of pages', () => {
    const activity = { scheme: 'iati', id: FILTERS.activityId.example };
    beforeAll(async () => {
      const act = { activityIds: [activity], reportedOn: '2012-11-02' };
      await server.post('/v1/commitments/IOM-2006-01/activity-ids', act, server.token('IOM'));
    });

    it.each([
      ['/commitments', '/v1/commitments', {}],
      ['/agencies', '/v1/progress/agencies', {}],
      ['/themes', '/v1/progress/themes', {}],
      ['/outcomes', '/v1/progress/outcomes', { kind: 'decision' }],
      ['/matrix', '/v1/progress/matrix', {}],
      ['/matrix', '/v1/progress/matrix', { columns: 'outcome' }],
      ['/partnerships', '/v1/progress/partnerships', {}],
      ['/timeline', '/v1/progress/timeline', {}],
      ['/changes-since', '/v1/progress/flows/commitments', { from: '2005-01-01' }],
    ])('keep every filter that is set when their form is sent: %s by %s %j', async (page, list, own) => {
      const { body } = await server.get('/openapi.json');
      const known = (body.paths[list].get.parameters as { name?: string }[]).map(({ name }) => name);
      const asked = Object.entries(FILTERS).flatMap(([name, filter]): [string, string][] => {
        const { kind, example, choices } = filter as { kind: string; example?: string; choices?: readonly string[] };
        // No body of the data has members.
        const value = name === 'memberOf' ? 'IOM' : kind === 'flag' ? 'true' : (example ?? choices!.at(-1)!);
        return known.includes(name) ? [[name, value]] : [];
      });
      const query = new URLSearchParams({ ...Object.fromEntries(asked), ...own });
      const { status, body: text } = await server.get(`${page}?${query}`, { accept: 'text/html' });
      expect({ status, ...(status !== 200 && { text }) }).toEqual({ status: 200 });
      const form = /<form [^>]*class="filters".*?<\/form>/s.exec(text)![0];
      expect(asked.map(([name]) => name).filter((name) => !form.includes(`name="${name}"`))).toEqual([]);
      expect(asked.length).toBeGreaterThan(1);
    });
  });
});

describe('A long list', () => {
  const COUNT = 1_000;
  const PAGES = Math.ceil(COUNT / 16);
  const server = TestServer.forAll();
  beforeAll(async () => {
    const log = server.app.get(LOG);
    const meta = () => metaOf({ account: 'a', role: 'secretariat', agency: null });
    const data = {
      ...{ title: 'x'.repeat(20_000), summary: 's', kind: 'research', nature: 'one_off', strength: 'undertaken' },
      ...{ agencies: roles({ IOM: 'lead' }), themes: [], stage: 'planned', effective: '2006' },
      reportedOn: '2006-11-21',
    };
    const event = log.codec.encode(aggregate.category, { name: 'Recorded', data });
    await Promise.all(
      Array.from({ length: COUNT }, (_, i) =>
        log.store.append(`commitment-IOM-2006-${10_000 + i}`, NO_STREAM, [event], meta()),
      ),
    );
    await server.app.get(Projector).reached(await log.store.head(), LIMIT_MS);
  });

  /** Counts how often some commitments are read, as long as something is done; `before` each time. */
  const counting = async <T>(work: (read: () => number) => Promise<T>, before = (_n: number) => {}): Promise<T> => {
    let n = 0;
    const progress = server.app.get(Progress);
    const all = progress.allCommitments.bind(progress);
    const spy = jest.spyOn(progress, 'allCommitments').mockImplementation(async function* (...asked) {
      before(++n);
      for await (const some of all(...asked)) {
        yield some;
        before(++n);
      }
    });
    try {
      return await work(() => n - 1);
    } finally {
      spy.mockRestore();
    }
  };
  const failingFrom = (nth: number) => (n: number) => {
    if (n === nth) throw new Error('the disk is gone');
  };
  const open = (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => get(server.url + path, { agent: false }, resolve).on('error', reject));

  for (const format of ['csv', 'ndjson']) {
    const path = `/v1/commitments?format=${format}`;

    it(`as ${format} is whole`, async () => {
      const body = await counting(async (read) => {
        const answer = await server.get(path);
        expect(read()).toBe(PAGES);
        return answer.body;
      });
      const rows = format === 'csv' ? table(body) : lines(body);
      expect(rows.map(({ reference }) => reference)).toEqual(
        Array.from({ length: COUNT }, (_, i) => `IOM-2006-${10_000 + i}`),
      );
    });

    it(`as ${format} is read only as fast as it is taken, and no further when its reader goes away`, async () => {
      await counting(async (read) => {
        const answer = await open(path);
        answer.pause();
        // Some bytes are on their way already; then nothing comes, however many turns pass.
        let whilePaused = 0;
        for (let quiet = 0; quiet < 30; await sleep(10)) {
          quiet = whilePaused > 0 && read() === whilePaused ? quiet + 1 : 0;
          whilePaused = read();
        }
        expect(whilePaused).toBeLessThan(PAGES - 1);
        answer.destroy();
        await sleep(500);
        expect(read()).toBeLessThanOrEqual(whilePaused + 1); // the page that had been asked for when it went
      });
    });

    it(`as ${format} that fails on the way is broken off, which no reader takes for the end`, async () => {
      const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
      const asks = (coding: string) => fetch(server.url + path, { headers: { 'accept-encoding': coding } });
      await counting(async () => {
        const response = await asks('identity');
        expect(response.status).toBe(200);
        await expect(response.text()).rejects.toThrow('terminated');
      }, failingFrom(3));
      await counting(async () => {
        // Compressed, nothing may have been sent yet: then it is refused.
        const response = await asks('gzip');
        const whole = response.ok && (await response.text().catch(() => null));
        expect(whole || null).toBeNull();
      }, failingFrom(3));
      expect(logged).toHaveBeenCalledWith(expect.objectContaining({ message: 'the disk is gone' }));
      logged.mockRestore();
    });

    it(`as ${format} that fails before it begins is refused as everything else`, async () => {
      const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
      await counting(async () => {
        const answer = await server.get(path);
        expect(refusal(answer)).toBe('500 internal_error');
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        expect(answer.headers.get('content-disposition')).toBeNull();
      }, failingFrom(1));
      logged.mockRestore();
    });
  }
});
