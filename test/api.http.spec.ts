import { beforeAll, describe, expect, it } from '@jest/globals';
import { Projector } from '#eventsourcing';
import { bearer, done, refusal } from './support/asking.js';
import { citation, commitment, roles } from './support/commitment.js';
import { HLD, TestServer, type Answer } from './support/server.js';

const server = TestServer.forAll([HLD]);
let [secretariat, iom, ilo] = ['', '', ''];
beforeAll(() => {
  [secretariat, iom, ilo] = [server.token(null), server.token('IOM'), server.token('ILO')];
});

const post = (changes: object = {}, token = iom, headers: Record<string, string> = {}) =>
  server.post('/v1/commitments', commitment(changes), token, headers);
const record = async (changes: object = {}): Promise<string> => (await done(post(changes))).reference;
const get = async (path: string) => done(server.get(`/v1/${path}`));
const events = async (): Promise<number> => Number((await get('progress/agencies')).position);
const pointers = ({ body }: Answer): string[] => body.errors.map((e: { pointer: string }) => e.pointer);
const stage = { stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-02' };
const reports = (reference: string, changes: object = {}, token?: string, headers: Record<string, string> = {}) =>
  server.post(`/v1/commitments/${reference}/stage`, { ...stage, ...changes }, token, headers);

describe('recording a commitment', () => {
  it('answers 201 with where it is, its ETag, its revision and position', async () => {
    const answer = await post();
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/commitments/${answer.body.reference}`);
    expect(answer.headers.get('etag')).toBe('"0"');
    expect(answer.body).toEqual({
      reference: expect.stringMatching(/^IOM-2012-\d\d$/),
      revision: 0,
      position: expect.stringMatching(/^\d+$/),
    });
    const { title } = commitment();
    expect(await get(`commitments/${answer.body.reference}`)).toMatchObject({ title, stage: 'planned', revision: 0 });
  });

  it('names every field at fault by JSON pointer, and leaves nothing behind', async () => {
    const before = await events();
    const wrong = { title: ' ', colour: 'red', agencies: roles({ IOM: 'boss' }), reportedOn: '2012-02-30' };
    const answer = await post({ ...wrong, effective: '2012-13' });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      ...{ type: expect.any(String), title: expect.any(String), status: 400, code: 'invalid' },
    });
    expect(pointers(answer).sort()).toEqual(['/agencies/0/role', '/colour', '/effective', '/reportedOn', '/title']);
    expect(await events()).toBe(before);
  });

  it('refuses unknown agencies, themes, forums, documents, commitments and countries by name', async () => {
    const before = await events();
    const answer = await post({
      agencies: roles({ IOM: 'lead', NASA: 'partner' }),
      themes: ['HLD06-99'],
      followsUp: ['HLD-1906'],
      citation: { document: 'D-NONE', locator: 'p. 1' },
      relations: [{ type: 'part_of', to: 'IOM-1066-01' }],
    });
    expect([answer.status, answer.body.code]).toEqual([422, 'unknown_reference']);
    const wrong = ['/agencies/1/agency', '/themes/0', '/followsUp/0', '/citation/document', '/relations/0/to'];
    expect(pointers(answer)).toEqual(expect.arrayContaining(wrong));
    expect(answer.body.detail).toContain('NASA');
    const country = await post({ countries: ['SLV', 'XYZ'] });
    expect([country.status, pointers(country)]).toEqual([400, ['/countries']]);
    expect(country.body.detail).toContain('XYZ');
    expect(await events()).toBe(before);
  });
});

describe('an address that cannot be read, or that nothing has', () => {
  it.each([
    ['/v1/commitments/%E0%A4%A', 400],
    ['/v1/commitments?q=%E9tude', 400],
    ['/v1/search?q=100%', 400],
    ['/v1/commitments/%E9tude', 400],
    ['/search?q=%E9tude', 400],
    ['/agencies?utm_campaign=%E9t%E9', 400],
    [`/v1/commitments/${'X'.repeat(500)}`, 414],
    ['/v1/nowhere', 404],
    ['/agencies/NOBODY', 404],
  ])('is a problem too: %s', async (path, status) => {
    const answer = await server.get(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['/agencies/%E0%A4%A', 400, 'The address cannot be read'],
    ['/commitments/%', 400, 'The address cannot be read'],
    [`/agencies/${'X'.repeat(500)}`, 414, 'more than 400 characters'],
    ['/search?q=%E9tude', 400, 'The address cannot be read'],
    ['/search?q=%E9tude&kinds=', 400, 'The address cannot be read'],
    ['/commitments?agency=IOM&q=100%', 400, 'The address cannot be read'],
    ['/commitments?asOf=2012-11-0%32%', 400, 'The address cannot be read'],
    ['/nowhere', 404, 'There is nothing at /nowhere.'],
    ['/agencies/NOBODY', 404, 'There is no agency NOBODY.'],
    ['/?asOf=2006-02-30', 400, '>asOf must be a real date, YYYY-MM-DD<'],
  ])('is a page for whoever looks at pages: %s', async (path, status, words) => {
    const answer = await server.get(path, { accept: 'text/html' });
    expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(words)]);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('negative control: is a page where what cannot be read is no field of it, and where all can be read', async () => {
    const pages = ['/search?q=%C3%A9tude', '/search?q=100%25', '/agencies?utm_campaign=%E9t%E9', '/agencies?%E9=1'];
    for (const path of pages) {
      const { status, body } = await server.get(path, { accept: 'text/html' });
      expect([path, status, body.includes('cannot be read')]).toEqual([path, 200, false]);
    }
  });

  it('is refused as what is followed, too, and so is a form with what is no UTF-8', async () => {
    const follow = (code: string) => server.post('/v1/follows', { kind: 'list', code }, iom);
    expect(refusal(await follow('agency=IOM&q=%E9tude'))).toBe('400 invalid /code');
    expect(refusal(await follow('agency=IOM&q=%C3%A9tude'))).toBe('409 no_address'); // control
    const part = (name: string, value: string) =>
      `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const file = '--x\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\nreference\r\n';
    const imported = async (locator: string, coding: BufferEncoding) => {
      const fields = part('document', 'D-2012-MC2353') + part('locator', locator);
      const body = Buffer.from(`${fields}${file}--x--\r\n`, coding);
      const headers = { ...bearer(iom), 'content-type': 'multipart/form-data; boundary=x' };
      const answer = await fetch(`${server.url}/v1/imports`, { method: 'POST', headers, body });
      return [answer.status, ((await answer.json()) as { detail?: string }).detail];
    };
    expect(await imported('§ 3, été', 'latin1')).toEqual([400, 'The field locator holds what is not UTF-8.']);
    expect(await imported('§ 3, été', 'utf8')).toEqual([201, undefined]); // control
  });
});

describe('who may do what', () => {
  it('tells 401, 403 and 404 apart', async () => {
    expect(refusal(await reports('IOM-2011-12'))).toBe('401 unauthenticated');
    expect(refusal(await reports('IOM-2011-12', {}, 'wrong'))).toBe('401 unauthenticated');
    expect(refusal(await reports('IOM-2011-12', {}, ilo))).toBe('403 forbidden');
    expect(refusal(await reports('IOM-2011-999', {}, ilo))).toBe('404 not_found');
    const adds = async (reference: string, token: string) => {
      const unknown = { agency: 'NOBODY', role: 'partner', reportedOn: '2012-11-02' };
      return (await server.post(`/v1/commitments/${reference}/agencies`, unknown, token)).status;
    };
    expect(await adds('IOM-2011-999', ilo)).toBe(404);
    expect(await adds('IOM-2011-12', ilo)).toBe(403);
    expect(await adds('IOM-2011-12', secretariat)).toBe(422);
    for (const path of ['IOM-2011-999', 'IOM-2011-12?asOf=2011-02-16'])
      expect((await server.get(`/v1/commitments/${path}`)).status).toBe(404);
  });

  it('can ask for a token for reading too', async () => {
    const closed = await TestServer.start([], { PUBLIC_READING: 'false' });
    const status = async (path: string, headers = {}) => (await closed.get(path, headers)).status;
    expect(await status('/v1/progress/agencies')).toBe(401);
    expect(await status('/v1/progress/agencies', bearer(closed.token('IOM')))).toBe(200);
    expect(await status('/health/ready')).toBe(200);
    await closed.close();
  });
});

describe('reporting a stage', () => {
  it('says what the stage is now and that the report changed it, and stores which agency reports', async () => {
    const reference = await record();
    const { headers, body } = await reports(reference, {}, iom);
    expect(body).toMatchObject({ reference, revision: 1, stage: 'in_progress', headlineChanged: true });
    expect(headers.get('etag')).toBe('"1"');
    expect((await get(`commitments/${reference}/history`)).items[1]).toMatchObject({
      ...{ type: 'commitment.StageReported', data: { agency: 'IOM' }, by: { agency: 'IOM' } },
    });
  });

  it('says which entry outranks it when it changed nothing, and how to correct that', async () => {
    const first = { stage: 'in_progress', effective: '2006-11', reportedOn: '2006-11-21' };
    const late = { stage: 'completed', effective: '2006-05', reportedOn: '2007-02-01', citation };
    expect(await done(reports(await record(first), late, iom))).toMatchObject({
      stage: 'in_progress',
      headlineChanged: false,
      outrankedBy: { revision: 0, ...first, hint: expect.stringContaining('2006-11') },
    });
  });
});

describe('If-Match and Idempotency-Key', () => {
  const under = (key: string) => ({ 'idempotency-key': key });

  it('gives the same answer to the same key, and nothing twice', async () => {
    const once = () => post({ title: 'Once' }, iom, under('recorded-once'));
    const first = await once();
    const before = await events();
    const again = await once();
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([201, first.body, '"0"']);
    expect(await events()).toBe(before);

    const { reference } = first.body;
    const reported = await done(reports(reference, {}, iom, under('reported-once')));
    await reports(reference, { stage: 'planned' }, iom);
    expect(await done(reports(reference, {}, iom, under('reported-once')))).toEqual(reported);
    expect((await get(`commitments/${reference}`)).revision).toBe(2);
  });

  it('knows a key with whichever token of the agency it comes, for one act with one body, and no other agency’s', async () => {
    const another = server.token('IOM');
    const send = (token: string, changes: object = {}) =>
      post({ title: 'Rotated', ...changes }, token, under('rotated'));
    const first = await done(send(iom));
    const before = await events();
    expect([await done(send(another)), await events()]).toEqual([first, before]);
    expect(refusal(await send(another, { title: 'Another body' }))).toBe('422 idempotency_key_reused');
    expect((await reports(first.reference, {}, another, under('rotated'))).status).toBe(422);
    const others = await send(server.token('ILO'), { agencies: roles({ ILO: 'lead' }) });
    expect([others.status, others.body.reference === first.reference]).toEqual([201, false]);
    const [one, two] = [await send(server.token(null)), await send(server.token(null))];
    expect([one.status, one.body.reference === first.reference, two.body]).toEqual([201, false, one.body]);
  });

  it('frees a key whose command was refused', async () => {
    expect((await post({ themes: ['NONE'] }, iom, under('mended'))).status).toBe(422);
    expect((await post({}, iom, under('mended'))).status).toBe(201);
  });
});

describe('reading', () => {
  it('waits for one’s own write', async () => {
    for (let i = 0; i < 5; i++) {
      const { reference, position } = await done(post({ title: `Marigold number${i}` }));
      const list = await server.get(`/v1/commitments?q=marigold+number${i}`, { 'if-position-at-least': position });
      expect(list.body.items).toMatchObject([{ reference }]);
    }
  });

  it('answers 503 with Retry-After for a position that does not come', async () => {
    const projector = server.app.get(Projector);
    const { reached } = projector;
    projector.reached = (position) => reached.call(projector, position, 50);
    const answer = await server.get('/v1/commitments', { 'if-position-at-least': '99999999' });
    projector.reached = reached;
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('filters as the views count', async () => {
    const asOf = 'asOf=2011-02-17';
    const total = async (query: string): Promise<number> => (await get(`commitments?${asOf}&${query}&limit=1`)).total;
    const { row, total: all } = await get(`progress/agencies/IOM?${asOf}`);
    expect(await total('agency=IOM')).toBe(row.total);
    expect(await total('agency=IOM&stage=completed')).toBe(row.byStage.completed);
    expect(await total('agency=IOM&overdue=true')).toBe(row.overdue);
    expect(await total('agency=IOM&stale=true')).toBe(row.stale);
    expect((await total('overdue=true')) + (await total('overdue=false'))).toBe(all.total);
    expect(await total('agency=IOM&role=lead')).toBe((await get(`progress/agencies/IOM?role=lead&${asOf}`)).row.total);
    expect(await total('theme=IOM-1')).toBe((await get(`progress/themes/IOM-1?${asOf}`)).row.total);
    expect(await total('q=remittances')).toBe(await total('q=R%C3%89MITTANCES'));
    for (const query of [
      ...['kind=data', 'nature=standing', 'strength=offered', 'country=SLV', 'region=africa'],
      ...['document=D-2007-WP204', 'followsUp=HLD-2006'],
    ]) {
      const found = await total(query);
      expect([query, found > 0, found < all.total]).toEqual([query, true, true]);
    }
  });

  it('shows the past as it was known, by position and by instant', async () => {
    const at = `commitments/${await record({ title: 'Known twice' })}`;
    const { position } = await get(at);
    const then = (await get(`${at}/history`)).items[0].recordedAt as string;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await done(server.post(`/v1/${at}/stage`, stage, iom));
    for (const query of [`?knownAt=${position}`, `?knownAt=${then}`, ''])
      expect((await get(at + query)).stage).toBe(query ? 'planned' : 'in_progress');
    const found = (query: string) => get(`commitments?q=known+twice&${query}`);
    expect((await found(`knownAt=${position}`)).items).toMatchObject([{ stage: 'planned' }]);
    expect((await found('asOf=2026-01-01')).items).toMatchObject([{ stage: 'in_progress' }]);
  });

  it('finds ids with slashes, percent-encoded', async () => {
    expect((await get('outcomes/A%2FRES%2F58%2F208')).id).toBe('A/RES/58/208');
    expect((await get('commitments?followsUp=A%2FRES%2F65%2F170')).total).toBeGreaterThan(0);
  });
});
