/** The commands that servers are loaded with over HTTP, and who sends them. */
import autocannon from 'autocannon';
import { SECONDS_PER_ROUND, type Measured } from './measure.js';

export const CONNECTION_COUNT = 32;
export const COMMITMENT_COUNT = 2_000;

export const commitment = (n: number) => ({
  reference: `IOM-2012-${String(n).padStart(6, '0')}`,
  title: 'ACP indicators of human mobility and development',
  summary: 'An inventory of possible effects is to grow into detailed indicators for the countries of the group.',
  kind: 'data',
  nature: 'one_off',
  strength: 'undertaken',
  agencies: [{ agency: 'IOM', role: 'lead' }],
  themes: ['T-1'],
  regions: ['africa'],
  countries: ['SEN'],
  stage: 'planned',
  effective: '2012-06',
  reportedOn: '2012-11-02',
});
export const stage = {
  stage: 'in_progress',
  effective: '2012-11',
  reportedOn: '2012-11-02',
  note: 'Research projects being set up',
};

/** The entries that acts need: an agency, a theme, and commitments to report on. */
export async function prepare(url: string, token: string): Promise<void> {
  const send = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(url + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await send('/v1/agencies', { code: 'IOM', name: 'IOM', kind: 'igo' });
  await send('/v1/frameworks', { code: 'T', name: 'T', version: '1', source: 'bench' });
  await send('/v1/themes', { code: 'T-1', framework: 'T', label: 'T-1' });
  for (let i = 0; i < COMMITMENT_COUNT; i += 50)
    await Promise.all(Array.from({ length: 50 }, (_, k) => send('/v1/commitments', commitment(i + k))));
}

/** Sends by so many connections, over and over, for some seconds. @throws Error when anything is refused */
export async function post(
  url: string,
  path: (n: number) => string,
  body: (n: number) => object,
  token: string,
  connections = CONNECTION_COUNT,
  answered: () => void = () => {},
): Promise<Measured> {
  let n = 0;
  const latencies: number[] = [];
  const options: autocannon.Options = {
    url,
    connections,
    duration: SECONDS_PER_ROUND,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        setupRequest: (request) => ({ ...request, path: path(++n), body: JSON.stringify(body(n)) }),
      },
    ],
  };
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(options, (error, done) => (error ? reject(error as Error) : resolve(done)));
    instance.on('response', (_client, _status, _bytes, ms) => {
      latencies.push(ms);
      answered();
    });
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  return { rate: result['2xx'] / result.duration, latencies };
}
