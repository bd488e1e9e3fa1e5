import { describe, expect, it } from '@jest/globals';
import type { Agency, Crosswalk, Outcome, PublishReport, PublishVersion, Publication } from '#bodies';
import type { Aggregate, EventMap, NewEvent } from '#eventsourcing';
import { formsAtHand } from '../../bodies/src/testing/forms-at-hand.js';
import { specification } from '../../eventsourcing/src/testing/specification.js';
import { actsOn, decideEntry, REGISTER_ACTS, type EntryAct } from './acts.js';
import type { EntryHistory } from './corrections.js';
import { registers, type Register } from './register.js';

type OwnAct<R extends Register> = Exclude<keyof (typeof REGISTER_ACTS)[R], 'enter' | 'amend' | 'blank'>;

interface Scene<B = object> {
  readonly given: readonly NewEvent[];
  readonly body: B;
  /** Of the event that is taken back. */
  readonly revision?: number;
}

const registered = <E extends Agency | Crosswalk | Outcome | Publication>(data: E) => ({ name: 'Registered', data });
const iom = registered<Agency>({ code: 'IOM', name: 'Organization for Migration', kind: 'igo' });
const crosswalk = registered<Crosswalk>({ code: 'A-B', title: 'From A to B', from: 'A', to: 'B' });
const outcome = registered<Outcome>({ id: 'R-1', document: 'D-1', locator: 'p. 1', text: 'Do it', addressees: [] });
const reportedOn = '2012-11-02';
const report = registered<Publication>({ id: 'S-1', kind: 'register', asOf: reportedOn });

const joining = { body: 'GMG', from: '2006' };
const joined = { name: 'Joined', data: joining };
const links: PublishVersion['links'] = [{ from: 'A-1', to: 'B-1', match: 'close' }];
const publishing = { version: '1', author: 'DESA', reportedOn, links };
const endorsing = { by: 'GFMD-2010', reportedOn, citation: { document: 'D-1', locator: 'p. 1' } };
const mistaken = { body: { reason: 'A mistake' }, revision: 1 };

/** Every act that only some registers have: without its scene it does not compile. */
const SCENES: {
  readonly [R in Register as [OwnAct<R>] extends [never] ? never : R]: {
    readonly [A in OwnAct<R>]: Scene<Extract<EntryAct<R>, { act: A }>['body']>;
  };
} = {
  agency: {
    rename: { given: [iom], body: { name: 'UN Migration', effective: '2012' } },
    merge: { given: [iom], body: { into: 'UN', effective: '2012', reason: 'By treaty' } },
    dissolve: { given: [iom], body: { effective: '2012', reason: 'By treaty' } },
    join: { given: [iom], body: joining },
    leave: { given: [iom, joined], body: { body: 'GMG', to: '2010' } },
    chair: { given: [iom, joined], body: { body: 'GMG', from: '2007', to: '2008' } },
    retract: { given: [iom, joined], ...mistaken },
  },
  crosswalk: {
    publish: { given: [crosswalk], body: publishing },
    retract: { given: [crosswalk, { name: 'Published', data: publishing }], ...mistaken },
  },
  outcome: {
    endorse: { given: [outcome], body: endorsing },
    retract: { given: [outcome, { name: 'Endorsed', data: endorsing }], ...mistaken },
  },
  publication: {
    write: { given: [report], body: { section: 'theme-A', language: 'en', text: 'It was a good year.' } },
    publish: { given: [report], body: { knownAt: '9', publishedOn: reportedOn } as PublishReport },
  },
};

describe('An act that only some registers have', () => {
  const all = Object.entries(SCENES).flatMap(([kind, scenes]) =>
    Object.entries<Scene>(scenes).map(([act, scene]) => [kind as Register, act, scene] as const),
  );
  const trying = (kind: Register, act: string, { given, body, revision }: Scene, history = given) => {
    const aggregate = registers[kind] as unknown as Aggregate<EntryHistory, EventMap>;
    const frameworkOf = (theme: string) => theme.split('-')[0];
    const on = { id: 'X', revision, today: reportedOn, forms: formsAtHand, frameworkOf };
    const { state, when } = specification(aggregate)(...history);
    return { before: state, ...when((now) => decideEntry(kind, { act, body }, now, on)) };
  };

  it.each(all)('%s: %s, is kept as it was said', (kind, act, scene) => {
    const { body, revision } = scene;
    const data = revision === undefined ? body : { ...body, revision };
    trying(kind, act, scene).then({ name: actsOn(kind)[act]!.yields, data });
  });
  it.each(all)('%s: %s, changes the entry', (kind, act, scene) => {
    const { before, state } = trying(kind, act, scene);
    expect({ ...state(), said: [] }).not.toEqual({ ...before, said: [] });
  });
  it.each(all)('%s: %s, needs an entry', (kind, act, scene) => trying(kind, act, scene, []).rejected('not_found'));
});
