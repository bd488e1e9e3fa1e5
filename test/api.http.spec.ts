import { beforeAll, describe, expect, it } from '@jest/globals';
import { Projector } from '#eventsourcing';
import { commitment } from './support/commitment.js';
import { asPeopleSort } from './support/naive-lists.js';
import { HLD, TestServer, type Answer } from './support/server.js';

const server = TestServer.forAll([HLD]);
let secretariat: string;
let iom: string;
let ilo: string;

beforeAll(async () => {
  [secretariat, iom, ilo] = [server.token(null), server.token('IOM'), server.token('ILO')];
});

const record = async (changes: object = {}, token = iom): Promise<string> => {
  const answer = await server.post('/v1/commitments', commitment(changes), token);
  expect(answer.status).toBe(201);
  return answer.body.reference as string;
};
const events = async (): Promise<number> => Number((await server.get('/v1/progress/agencies')).body.position);
const pointers = (answer: Answer): string[] => answer.body.errors.map((e: { pointer: string }) => e.pointer);

describe('recording a commitment', () => {
  it('answers 201 with where it is, its ETag, its revision and position', async () => {
    const answer = await server.post('/v1/commitments', commitment(), iom);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/commitments/${answer.body.reference}`);
    expect(answer.headers.get('etag')).toBe('"0"');
    expect(answer.body).toEqual({
      reference: expect.stringMatching(/^IOM-2012-\d\d$/),
      revision: 0,
      position: expect.stringMatching(/^\d+$/),
    });
    const read = await server.get(answer.headers.get('location')!);
    expect(read.body).toMatchObject({ title: 'Regional guide to remittance corridors', stage: 'planned', revision: 0 });
  });

  it('takes a given reference, and refuses it the second time', async () => {
    expect((await server.post('/v1/commitments', commitment({ reference: 'IOM-2012-900' }), iom)).status).toBe(201);
    const again = await server.post('/v1/commitments', commitment({ reference: 'IOM-2012-900', title: 'Other' }), iom);
    expect([again.status, again.body.code]).toEqual([409, 'already_recorded']);
  });

  it('generates the next free reference', async () => {
    const first = await record({ reportedOn: '1999-05-01', effective: '1999' });
    await record({ reportedOn: '1999-05-01', effective: '1999', reference: 'IOM-1999-02' });
    const third = await record({ reportedOn: '1999-05-01', effective: '1999' });
    expect([first, third]).toEqual(['IOM-1999-01', 'IOM-1999-03']);
  });

  it('names every field at fault by JSON pointer, and leaves nothing behind', async () => {
    const before = await events();
    const answer = await server.post(
      '/v1/commitments',
      commitment({
        title: ' ',
        colour: 'red',
        agencies: [{ agency: 'IOM', role: 'boss' }],
        reportedOn: '2012-02-30',
        effective: '2012-13',
      }),
      iom,
    );
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      type: expect.any(String),
      title: expect.any(String),
      status: 400,
      code: 'invalid',
    });
    expect(pointers(answer).sort()).toEqual(['/agencies/0/role', '/colour', '/effective', '/reportedOn', '/title']);
    expect(await events()).toBe(before);
  });

  it('refuses unknown agencies, themes, forums, documents, commitments and countries by name', async () => {
    const before = await events();
    const answer = await server.post(
      '/v1/commitments',
      commitment({
        agencies: [
          { agency: 'IOM', role: 'lead' },
          { agency: 'NASA', role: 'partner' },
        ],
        themes: ['HLD06-99'],
        followsUp: ['HLD-1906'],
        citation: { document: 'D-NONE', locator: 'p. 1' },
        relations: [{ type: 'part_of', to: 'IOM-1066-01' }],
      }),
      iom,
    );
    expect([answer.status, answer.body.code]).toEqual([422, 'unknown_reference']);
    expect(pointers(answer)).toEqual(
      expect.arrayContaining([
        '/agencies/1/agency',
        '/themes/0',
        '/followsUp/0',
        '/citation/document',
        '/relations/0/to',
      ]),
    );
    expect(answer.body.detail).toContain('NASA');
    const country = await server.post('/v1/commitments', commitment({ countries: ['SLV', 'XYZ'] }), iom);
    expect([country.status, pointers(country)]).toEqual([400, ['/countries']]);
    expect(country.body.detail).toContain('XYZ');
    expect(await events()).toBe(before);
  });

  it('refuses malformed JSON, a body that is too large, another media type, and U+0000', async () => {
    expect((await server.post('/v1/commitments', '{"title":', iom)).status).toBe(400);
    const large = await server.post('/v1/commitments', commitment({ summary: 'x'.repeat(300_000) }), iom);
    expect([large.status, large.body.code]).toEqual([413, 'too_large']);
    expect((await server.post('/v1/commitments', 'a=b', iom, { 'content-type': 'text/plain' })).status).toBe(415);
    const nul = await server.post('/v1/commitments', commitment({ title: 'a\0b' }), iom);
    expect([nul.status, pointers(nul)]).toEqual([400, ['/title']]);
  });
});

describe('an address that cannot be read', () => {
  it('is a problem too', async () => {
    for (const [path, status] of [
      ['/v1/commitments/%E0%A4%A', 400],
      ['/v1/commitments?q=%E9tude', 400],
      ['/v1/search?q=100%', 400],
      [`/v1/commitments/${'X'.repeat(500)}`, 414],
      ['/v1/nowhere', 404],
    ] as const) {
      const answer = await server.get(path);
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('is a page for whoever looks at pages', async () => {
    for (const [path, status, words] of [
      ['/agencies/%E0%A4%A', 400, 'The address cannot be read'],
      ['/commitments/%', 400, 'The address cannot be read'],
      [`/agencies/${'X'.repeat(500)}`, 414, 'more than 400 characters'],
      ['/nowhere', 404, 'There is nothing at'],
    ] as const) {
      const answer = await server.get(path, { accept: 'text/html' });
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.headers.get('content-type')).toContain('text/html');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(String(answer.body)).toContain(words);
    }
  });
});

describe('who may do what', () => {
  it('tells 401, 403 and 404 apart', async () => {
    const stage = { stage: 'planned', effective: '2012', reportedOn: '2012-11-02' };
    expect((await server.post('/v1/commitments/IOM-2011-12/stage', stage)).status).toBe(401);
    expect((await server.post('/v1/commitments/IOM-2011-12/stage', stage, 'wrong')).status).toBe(401);
    expect((await server.post('/v1/commitments/IOM-2011-12/stage', stage, ilo)).status).toBe(403);
    expect((await server.post('/v1/commitments/IOM-2011-999/stage', stage, ilo)).status).toBe(404);
    const unknown = { agency: 'NOBODY', role: 'partner', reportedOn: '2012-11-02' };
    expect((await server.post('/v1/commitments/IOM-2011-999/agencies', unknown, ilo)).status).toBe(404);
    expect((await server.post('/v1/commitments/IOM-2011-12/agencies', unknown, ilo)).status).toBe(403);
    expect((await server.post('/v1/commitments/IOM-2011-12/agencies', unknown, secretariat)).status).toBe(422);
    expect((await server.get('/v1/commitments/IOM-2011-999')).status).toBe(404);
    expect((await server.get('/v1/commitments/IOM-2011-12?asOf=2011-02-16')).status).toBe(404);
  });

  it('lets a focal point record with its own agency as lead and its own prefix only', async () => {
    const other = await server.post(
      '/v1/commitments',
      commitment({ agencies: [{ agency: 'ILO', role: 'lead' }] }),
      iom,
    );
    expect(other.status).toBe(403);
    expect((await server.post('/v1/commitments', commitment({ reference: 'ILO-2012-77' }), iom)).status).toBe(403);
    expect((await server.post('/v1/commitments', commitment({ reference: 'IOM-X-2012-77' }), iom)).status).toBe(403);
    expect((await server.post('/v1/commitments', commitment({ reference: 'ILO-2012-77' }), secretariat)).status).toBe(
      201,
    );
  });

  it('lets a co-lead do every act, a partner report its part and attach evidence, and a funder nothing', async () => {
    const roles = (role: string) => [
      { agency: 'IOM', role: 'lead' },
      { agency: 'ILO', role },
    ];
    const stage = { stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-02' };
    const evidence = { title: 'Draft', reportedOn: '2012-11-02' };
    const tried = async (role: string) => {
      const at = `/v1/commitments/${await record({ agencies: roles(role) })}`;
      return [
        (await server.post(`${at}/stage`, stage, ilo)).status,
        (await server.post(`${at}/evidence`, evidence, ilo)).status,
        (await server.post(`${at}/target`, { date: '2013', reportedOn: '2012-11-02' }, ilo)).status,
      ];
    };
    expect(await tried('co_lead')).toEqual([200, 200, 200]);
    expect(await tried('partner')).toEqual([200, 200, 403]);
    expect(await tried('funder')).toEqual([403, 403, 403]);
  });

  it('keeps the registers to the secretariat', async () => {
    const agency = { code: 'NEW-AGENCY', name: 'A new agency', kind: 'ngo' };
    expect((await server.post('/v1/agencies', agency, iom)).status).toBe(403);
    expect((await server.post('/v1/agencies', agency, secretariat)).status).toBe(201);
    expect((await server.post('/v1/agencies', agency, secretariat)).status).toBe(409);
    const amended = await server.post(
      '/v1/agencies/NEW-AGENCY/amend',
      { ...agency, name: 'Another name' },
      secretariat,
    );
    expect([amended.status, amended.headers.get('etag')]).toEqual([200, '"1"']);
    const same = await server.post('/v1/agencies/NEW-AGENCY/amend', { ...agency, name: 'Another name' }, secretariat);
    expect([same.status, same.body.code]).toEqual([422, 'nothing_amended']);
    const history = await server.get('/v1/agencies/NEW-AGENCY/history');
    expect(history.body.items.map((e: { data: { name: string } }) => e.data.name)).toEqual([
      'A new agency',
      'Another name',
    ]);
    expect((await server.get(`/v1/agencies/NEW-AGENCY?knownAt=${history.body.items[0].position}`)).body.name).toBe(
      'A new agency',
    );
  });

  it('can ask for a token for reading too', async () => {
    const closed = await TestServer.start([], { PUBLIC_READING: 'false' });
    expect((await closed.get('/v1/progress/agencies')).status).toBe(401);
    const authorization = `Bearer ${closed.token('IOM')}`;
    expect((await closed.get('/v1/progress/agencies', { authorization })).status).toBe(200);
    expect((await closed.get('/health/ready')).status).toBe(200);
    await closed.close();
  });
});

describe('reporting a stage', () => {
  it('says what the stage is now and that the report changed it', async () => {
    const reference = await record();
    const report = { stage: 'in_progress', effective: '2012-10', reportedOn: '2012-11-02' };
    const answer = await server.post(`/v1/commitments/${reference}/stage`, report, iom);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ reference, revision: 1, stage: 'in_progress', headlineChanged: true });
    expect(answer.headers.get('etag')).toBe('"1"');
  });

  it('says which entry outranks it when it changed nothing, and how to correct that', async () => {
    const reference = await record({ stage: 'in_progress', effective: '2006-11', reportedOn: '2006-11-21' });
    const late = {
      stage: 'completed',
      effective: '2006-05',
      reportedOn: '2007-02-01',
      citation: { document: 'D-2012-MC2353', locator: 'para 1' },
    };
    const { body } = await server.post(`/v1/commitments/${reference}/stage`, late, iom);
    expect(body).toMatchObject({
      stage: 'in_progress',
      headlineChanged: false,
      outrankedBy: {
        revision: 0,
        stage: 'in_progress',
        effective: '2006-11',
        reportedOn: '2006-11-21',
        hint: expect.stringContaining('2006-11'),
      },
    });
  });

  it('stores which agency reports', async () => {
    const reference = await record();
    await server.post(
      `/v1/commitments/${reference}/stage`,
      { stage: 'in_progress', effective: '2012', reportedOn: '2012-11-02' },
      iom,
    );
    const { body } = await server.get(`/v1/commitments/${reference}/history`);
    expect(body.items[1]).toMatchObject({
      type: 'commitment.StageReported',
      data: { agency: 'IOM' },
      by: { agency: 'IOM' },
    });
    const forOther = { stage: 'planned', effective: '2012', reportedOn: '2012-11-02', agency: 'ILO' };
    expect((await server.post(`/v1/commitments/${reference}/stage`, forOther, iom)).status).toBe(403);
  });

  it('refuses what the rules refuse, with a code and a pointer', async () => {
    const refused = async (report: object, changes: object = {}) => {
      const reference = await record(changes);
      const { status, body } = await server.post(`/v1/commitments/${reference}/stage`, report, iom);
      return [status, body.code, body.errors?.[0]?.pointer];
    };
    const on = { effective: '2012-11', reportedOn: '2012-11-02' };
    expect(await refused({ ...on, stage: 'completed' })).toEqual([422, 'completed_needs_proof', '/citation']);
    expect(await refused({ ...on, stage: 'on_hold' })).toEqual([422, 'note_needed', '/note']);
    expect(await refused({ ...on, stage: 'discontinued' })).toEqual([422, 'note_needed', '/note']);
    const citation = { document: 'D-2012-MC2353', locator: 'para 1' };
    expect(await refused({ ...on, stage: 'completed', citation }, { nature: 'standing' })).toEqual([
      422,
      'standing_never_completes',
      '/stage',
    ]);
    expect(await refused({ ...on, stage: 'planned' }, { stage: 'completed', citation })).toEqual([
      422,
      'note_needed',
      '/note',
    ]);
    expect(await refused({ stage: 'planned', effective: '2012-12', reportedOn: '2012-11-02' })).toEqual([
      422,
      'date_in_the_future',
      '/effective',
    ]);
    expect(await refused({ stage: 'planned', effective: '2012', reportedOn: '2999-01-01' })).toEqual([
      422,
      'date_in_the_future',
      '/reportedOn',
    ]);
  });
});

describe('the other acts', () => {
  it('add an agency, change its role, move the lead in one act, remove it', async () => {
    const at = `/v1/commitments/${await record()}`;
    const on = { reportedOn: '2012-11-02' };
    expect((await server.post(`${at}/agencies`, { ...on, agency: 'ILO', role: 'partner' }, iom)).status).toBe(200);
    expect((await server.post(`${at}/agencies`, { ...on, agency: 'ILO', role: 'co_lead' }, iom)).status).toBe(422);
    const moved = await server.post(`${at}/agencies/ILO/role`, { ...on, role: 'lead' }, iom);
    expect([moved.status, moved.body.code]).toEqual([422, 'lead_is_offered']);
    const cited = { ...on, role: 'lead', citation: { document: 'D-2012-MC2353', locator: 'para 26' } };
    expect((await server.post(`${at}/agencies/ILO/role`, cited, secretariat)).status).toBe(200);
    expect((await server.get(at)).body.agencies).toEqual([
      { agency: 'ILO', role: 'lead' },
      { agency: 'IOM', role: 'partner' },
    ]);
    expect((await server.post(`${at}/agencies/ILO/remove`, on, ilo)).body.code).toBe('one_lead');
    expect((await server.post(`${at}/agencies/IOM/remove`, on, ilo)).status).toBe(200);
    expect((await server.get(at)).body.agencies).toEqual([{ agency: 'ILO', role: 'lead' }]);
    expect((await server.post(`${at}/agencies/IOM/remove`, on, ilo)).status).toBe(404);
  });

  it('set themes, move the target, amend the wording, relate, and keep milestones', async () => {
    const at = `/v1/commitments/${await record()}`;
    const on = { reportedOn: '2012-11-02' };
    const acts: [string, object][] = [
      ['themes', { themes: ['HLD06-01', 'HLD06-15'] }],
      ['target', { date: '2013-06', note: 'as printed' }],
      ['wording', { title: 'Guide to remittance corridors', language: 'en' }],
      ['relations', { type: 'part_of', to: 'IOM-2011-10' }],
      ['milestones', { title: 'Draft', due: '2012-12' }],
      ['milestones', { title: 'Print', due: '2013-05' }],
      ['milestones/1/reach', { reachedOn: '2012-10' }],
      ['milestones/2/reschedule', { due: '2013-06' }],
      ['milestones/2/drop', { note: 'web only' }],
      ['evidence', { title: 'Draft', date: '2012-10', url: 'https://example.org/draft', language: 'en' }],
    ];
    for (const [act, body] of acts)
      expect([act, (await server.post(`${at}/${act}`, { ...on, ...body }, iom)).status]).toEqual([act, 200]);
    expect((await server.get(at)).body).toMatchObject({
      title: 'Guide to remittance corridors',
      themes: ['HLD06-01', 'HLD06-15'],
      target: { date: '2013-06', note: 'as printed' },
      relations: [{ type: 'part_of', to: 'IOM-2011-10' }],
      milestones: [
        { milestone: 1, title: 'Draft', reached: true, reachedOn: '2012-10' },
        { milestone: 2, due: '2013-06', dropped: 'web only' },
      ],
      evidence: [{ title: 'Draft', url: 'https://example.org/draft' }],
      revision: acts.length,
    });
    expect((await server.post(`${at}/milestones/2/reach`, on, iom)).status).toBe(409);
    expect((await server.post(`${at}/milestones/3/reach`, on, iom)).status).toBe(404);
    expect((await server.post(`${at}/target`, on, iom)).status).toBe(422);
    expect((await server.post(`${at}/target`, { ...on, date: null }, iom)).status).toBe(200);
    expect((await server.get(at)).body.target).toBeNull();
  });
});

describe('If-Match and Idempotency-Key', () => {
  const stage = { stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-02' };

  it('answers 412 when someone was faster', async () => {
    const at = `/v1/commitments/${await record()}/stage`;
    expect((await server.post(at, stage, iom, { 'if-match': '"0"' })).status).toBe(200);
    const slower = await server.post(at, stage, iom, { 'if-match': '"0"' });
    expect([slower.status, slower.body.code]).toEqual([412, 'wrong_revision']);
    expect((await server.post(at, stage, iom, { 'if-match': 'nonsense' })).status).toBe(400);
  });

  it('gives the same answer to the same key, and nothing twice', async () => {
    const key = { 'idempotency-key': 'recorded-once' };
    const first = await server.post('/v1/commitments', commitment({ title: 'Once' }), iom, key);
    const before = await events();
    const again = await server.post('/v1/commitments', commitment({ title: 'Once' }), iom, key);
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([201, first.body, '"0"']);
    expect(await events()).toBe(before);

    const at = `/v1/commitments/${first.body.reference}/stage`;
    const reported = await server.post(at, stage, iom, { 'idempotency-key': 'reported-once' });
    await server.post(at, { ...stage, stage: 'planned' }, iom);
    expect((await server.post(at, stage, iom, { 'idempotency-key': 'reported-once' })).body).toEqual(reported.body);
    expect((await server.get(`/v1/commitments/${first.body.reference}`)).body.revision).toBe(2);
  });

  it('gives the same answer to the same key sent many times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        server.post('/v1/commitments', commitment({ title: 'Quicksilver' }), iom, { 'idempotency-key': 'raced' }),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect((await server.get('/v1/commitments?q=quicksilver')).body.total).toBe(1);
  });

  it('refuses the same key with another body or act, but not another account’s', async () => {
    const key = { 'idempotency-key': 'one-key' };
    const reference = (await server.post('/v1/commitments', commitment(), iom, key)).body.reference as string;
    const other = await server.post('/v1/commitments', commitment({ title: 'Other' }), iom, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect((await server.post(`/v1/commitments/${reference}/stage`, stage, iom, key)).status).toBe(422);
    expect((await server.post('/v1/commitments', commitment({ title: 'Other' }), secretariat, key)).status).toBe(201);
  });

  it('knows a key with whichever token of the agency it comes, and no other agency’s', async () => {
    const [key, another] = [{ 'idempotency-key': 'rotated' }, server.token('IOM')];
    const send = (token: string, changes: object = {}) =>
      server.post('/v1/commitments', commitment({ title: 'Rotated', ...changes }), token, key);
    const first = await send(iom);
    const before = await events();
    expect([(await send(another)).body, await events()]).toEqual([first.body, before]);
    const other = await send(another, { title: 'Another body' });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const ilo = await send(server.token('ILO'), { agencies: [{ agency: 'ILO', role: 'lead' }] });
    expect([ilo.status, ilo.body.reference === first.body.reference]).toEqual([201, false]);
    const ours = [server.token(null), server.token(null)];
    const [one, two] = [await send(ours[0]!), await send(ours[1]!)];
    expect([one.status, one.body.reference === first.body.reference, two.body]).toEqual([201, false, one.body]);
  });

  it('frees a key whose command was refused', async () => {
    const key = { 'idempotency-key': 'mended' };
    expect((await server.post('/v1/commitments', commitment({ themes: ['NONE'] }), iom, key)).status).toBe(422);
    expect((await server.post('/v1/commitments', commitment(), iom, key)).status).toBe(201);
  });
});

describe('reading', () => {
  it('waits for one’s own write', async () => {
    for (let i = 0; i < 5; i++) {
      const { body } = await server.post('/v1/commitments', commitment({ title: `Marigold number${i}` }), iom);
      const list = await server.get(`/v1/commitments?q=marigold+number${i}`, { 'if-position-at-least': body.position });
      expect(list.body.items.map((item: { reference: string }) => item.reference)).toEqual([body.reference]);
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

  it('filters by everything, and pages without loss or repeat', async () => {
    const asOf = 'asOf=2011-02-17';
    const total = async (query: string) =>
      (await server.get(`/v1/commitments?${asOf}&${query}&limit=1`)).body.total as number;
    const { body } = await server.get(`/v1/progress/agencies/IOM?${asOf}`);
    expect(await total('agency=IOM')).toBe(body.row.total);
    expect(await total('agency=IOM&stage=completed')).toBe(body.row.byStage.completed);
    expect(await total('agency=IOM&overdue=true')).toBe(body.row.overdue);
    expect(await total('agency=IOM&stale=true')).toBe(body.row.stale);
    expect((await total('overdue=true')) + (await total('overdue=false'))).toBe(body.total.total);
    const lead = await server.get(`/v1/progress/agencies/IOM?role=lead&${asOf}`);
    expect(await total('agency=IOM&role=lead')).toBe(lead.body.row.total);
    for (const query of [
      'theme=IOM-1',
      'kind=data',
      'nature=standing',
      'strength=offered',
      'country=SLV',
      'region=africa',
      'document=D-2007-WP204',
      'followsUp=HLD-2006',
      'q=R%C3%89MITTANCES',
    ])
      expect([query, await total(query)]).toEqual([query, expect.any(Number)]);
    expect(await total('theme=IOM-1')).toBe((await server.get(`/v1/progress/themes/IOM-1?${asOf}`)).body.row.total);
    expect(await total('q=remittances')).toBe(await total('q=R%C3%89MITTANCES'));

    const seen: string[] = [];
    for (let cursor = ''; cursor !== null;) {
      const page: Answer = await server.get(`/v1/commitments?${asOf}&limit=100${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.body.items.map((item: { reference: string }) => item.reference));
      cursor = page.body.nextCursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([body.total.total, body.total.total]);
    expect(seen).toEqual([...seen].sort((a, b) => (asPeopleSort(a) < asPeopleSort(b) ? -1 : 1)));
  });

  it('refuses what a query cannot mean', async () => {
    for (const query of [
      'asOf=2011-02-30',
      'asOf=2011',
      'limit=0',
      'limit=x',
      'overdue=maybe',
      'colour=red',
      'knownAt=99999999',
      'knownAt=soon',
      'stale=',
      'role=boss',
    ])
      expect([query, (await server.get(`/v1/commitments?${query}`)).status]).toEqual([query, 400]);
    expect((await server.get('/v1/progress/agencies/NOBODY')).status).toBe(404);
    expect((await server.get('/v1/progress/themes?framework=NONE')).status).toBe(404);
  });

  it('shows the past as it was known, by position and by instant', async () => {
    const reference = await record({ title: 'Known twice' });
    const { position } = (await server.get(`/v1/commitments/${reference}`)).body;
    const then = (await server.get(`/v1/commitments/${reference}/history`)).body.items[0].recordedAt as string;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await server.post(
      `/v1/commitments/${reference}/stage`,
      { stage: 'in_progress', effective: '2012-11', reportedOn: '2012-11-02' },
      iom,
    );
    for (const query of [`?knownAt=${position}`, `?knownAt=${then}`, ''])
      expect((await server.get(`/v1/commitments/${reference}${query}`)).body.stage).toBe(
        query ? 'planned' : 'in_progress',
      );
    const stages = async (query: string) =>
      (await server.get(`/v1/commitments?q=known+twice&${query}`)).body.items.map((i: { stage: string }) => i.stage);
    expect([await stages(`knownAt=${position}`), await stages('asOf=2026-01-01')]).toEqual([
      ['planned'],
      ['in_progress'],
    ]);
  });

  it('finds ids with slashes, percent-encoded', async () => {
    expect((await server.get('/v1/outcomes/A%2FRES%2F58%2F208')).body.id).toBe('A/RES/58/208');
    expect((await server.get('/v1/commitments?followsUp=A%2FRES%2F65%2F170')).body.total).toBeGreaterThan(0);
  });

  it('gives lists and progress as CSV', async () => {
    const csv = await server.get('/v1/progress/agencies?asOf=2006-11-21&format=csv');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const { body } = await server.get('/v1/progress/agencies?asOf=2006-11-21');
    const lines = (csv.body as string).trim().split('\n');
    expect(lines[0]).toBe(
      'agency,name,asked,lastOwnReportOn,total,proposed,planned,in_progress,on_hold,completed,discontinued,withTarget,overdue,stale,lastReportedOn',
    );
    expect(lines.length - 1).toBe(body.rows.length);
    const all = (await server.get('/v1/commitments?asOf=2006-11-21&format=csv')).body as string;
    expect(all.trim().split('\n').length - 1).toBe(body.total.total);
  });

  it('feeds every event in order, from a position on', async () => {
    const lines = ((await server.get('/v1/changes')).body as string)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBe(await events());
    expect(lines.map(({ position }) => Number(position))).toEqual(lines.map((_, i) => i + 1));
    const rest = ((await server.get(`/v1/changes?after=${lines.length - 2}`)).body as string).trim().split('\n');
    expect(rest.length).toBe(2);
  });

  it('says how it is', async () => {
    expect((await server.get('/health/live')).status).toBe(200);
    const { body } = await server.get('/health/ready');
    expect(
      body.projections.map(({ projection, lag, error }: { projection: string; lag: number; error: null }) => [
        projection,
        lag,
        error,
      ]),
    ).toEqual([
      ['registers', 0, null],
      ['following', 0, null],
      ['progress', 0, null],
      ['rounds', 0, null],
      ['submitting', 0, null],
      ['erasures', 0, null],
      ['publishing', 0, null],
      ['concerns', 0, null],
    ]);
    expect((await server.get('/metrics')).body).toContain(
      'followthrough_projection_lag_positions{projection="progress"} 0',
    );
  });
});
