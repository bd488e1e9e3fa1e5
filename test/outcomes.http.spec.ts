/** Outcomes over HTTP: how far each has come, with its dates. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { refusal } from './support/asking.js';
import { commitment } from './support/commitment.js';
import { HLD, TestServer } from './support/server.js';

const server = TestServer.forAll([HLD]);
let secretariat: string;
beforeAll(async () => {
  secretariat = server.token(null);
  for (const [id, kind] of [
    ['PUT-1', 'proposal'],
    ['DECIDED-1', 'decision'],
  ])
    await post('outcomes', { ...outcome, id, kind });
});

/** Read in a document that was reported on 17 February 2011. */
const outcome = {
  ...{ forum: 'GFMD-2010', document: 'D-2011-9CM-IOM', locator: 'para 3', addressees: ['IOM'] },
  text: 'Keep a register of what was undertaken.',
};
const post = (path: string, body: object, token = secretariat) => server.post(`/v1/${path}`, body, token);
const standing = async (id: string, asOf: string, position = '0') => {
  const answer = await server.get(`/v1/progress/outcomes/${id}?asOf=${asOf}`, { 'if-position-at-least': position });
  const { status, endorsedOn, endorsedBy, followedUpOn } = answer.body.row;
  return { status, endorsedOn, endorsedBy, followedUpOn };
};
const proposed = { status: 'proposed', endorsedOn: null, endorsedBy: [], followedUpOn: null };

describe('A proposal', () => {
  const endorsement = (by: string, reportedOn: string) =>
    post('outcomes/PUT-1/endorse', { by, reportedOn, citation: { document: 'D-2012-MC2353', locator: 'para 9' } });
  let position: string;

  it('is proposed, then endorsed, then followed up, each from the day on which that was reported', async () => {
    expect(await standing('PUT-1', '2011-06-01')).toEqual(proposed);
    expect((await endorsement('GFMD-2010', '2011-11-30')).status).toBe(200);
    const later = await endorsement('IOM', '2011-12-05');
    expect([later.status, later.headers.get('etag')]).toEqual([200, '"2"']);
    const recorded = await post('commitments', commitment({ title: 'The register', followsUp: ['PUT-1'] }));
    ({ position } = recorded.body);
    expect(await standing('PUT-1', '2011-11-29', position)).toEqual(proposed);
    const endorsed = { ...proposed, status: 'endorsed', endorsedOn: '2011-11-30', endorsedBy: ['GFMD-2010'] };
    expect(await standing('PUT-1', '2011-11-30')).toEqual(endorsed);
    expect(await standing('PUT-1', '2012-11-01')).toEqual({ ...endorsed, endorsedBy: ['GFMD-2010', 'IOM'] });
    const followed = { ...endorsed, status: 'followed_up', endorsedBy: ['GFMD-2010', 'IOM'] };
    expect(await standing('PUT-1', '2012-11-02')).toEqual({ ...followed, followedUpOn: '2012-11-02' });
    const { reference } = recorded.body;
    const takenBack = { followsUp: ['PUT-1'], reportedOn: '2012-11-05' };
    const back = await post(`commitments/${reference}/follows-up/take-back`, takenBack);
    expect((await standing('PUT-1', '2012-11-05', back.body.position)).status).toBe('endorsed');
    expect((await standing('PUT-1', '2012-11-04')).followedUpOn).toBe('2012-11-02');
  });

  it('is endorsed by each once, by whoever there is, and not in the future; the secretariat records it', async () => {
    expect(refusal(await endorsement('IOM', '2012-01-01'))).toBe('409 already_endorsed /by');
    expect(refusal(await endorsement('NOBODY', '2012-01-01'))).toBe('422 unknown_reference /by');
    expect(refusal(await endorsement('ILO', '2999-01-01'))).toBe('422 date_in_the_future /reportedOn');
    expect(refusal(await post('outcomes/NONE/endorse', { by: 'ILO', reportedOn: '2012-01-01' }))).toBe('404 not_found');
    const own = await post('outcomes/PUT-1/endorse', { by: 'IOM', reportedOn: '2012-01-01' }, server.token('IOM'));
    expect(refusal(own)).toBe('403 forbidden');
  });

  it('loses an endorsement that was a mistake, for every date, but not as it was known', async () => {
    const retracted = await post('outcomes/PUT-1/history/1/retract', { reason: 'It only took note' });
    expect(retracted.status).toBe(200);
    const now = await standing('PUT-1', '2011-12-31', retracted.body.position);
    expect(now).toMatchObject({ status: 'endorsed', endorsedOn: '2011-12-05', endorsedBy: ['IOM'] });
    expect((await standing('PUT-1', `2011-11-30&knownAt=${position}`)).endorsedBy).toEqual(['GFMD-2010']);
    expect(refusal(await post('outcomes/PUT-1/history/0/retract', { reason: 'x' }))).toMatch(/^4/);
  });
});

describe('A decision', () => {
  it('is endorsed by whoever took it, on the day of its document', async () => {
    expect(await standing('DECIDED-1', '2011-02-17')).toEqual({
      ...{ ...proposed, status: 'endorsed', endorsedOn: '2011-02-17' },
    });
    expect(refusal(await server.get('/v1/progress/outcomes/DECIDED-1?asOf=2011-02-16'))).toBe('404 not_found');
  });
});

describe('The page of an entry of a register', () => {
  it.each([
    '/agencies/IOM',
    '/crosswalks/HLD06-HLD13',
    '/documents/D-2006-5CM-IOM',
    '/forums/CM-2011',
    '/outcomes/DECIDED-1',
    '/themes/HLD06-04',
  ])('%s leads to every change of it', async (path) => {
    const history = `/v1${path}/history`;
    const { body: page } = await server.get(path, { accept: 'text/html' });
    expect(page).toContain(`<a href="${history}">Every change of it</a>`);
    const { status, body } = await server.get(history);
    expect([status, body.items.length > 0]).toEqual([200, true]);
  });
});
