/** How the views stand, projection by projection: for whoever runs the server, and for who wonders about a notice. */
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Projector, type Generation, type Progress } from '#eventsourcing';
import { READS } from '#platform';
import type { Erases, Erasure } from '#read-store';
import {
  buildingWords,
  Freshness,
  projectionWords,
  StreamLink,
  type Standing,
  type WaitingStream,
} from './freshness.js';
import { PlainPage } from './layout.js';
import { Table } from './take-away.js';
import { RendersPages } from './rendering.js';
import { count, counted, instantWords, sentence } from './words.js';

/** How many of the records that wait are listed; the command line lists all. */
const LISTED = 100;

@ApiExcludeController()
@RendersPages()
@Controller('operations')
export class OperationsPage {
  constructor(
    private readonly freshness: Freshness,
    private readonly projector: Projector,
    @Inject(READS) private readonly reads: Erases,
  ) {}

  @Get()
  async operations() {
    const [standing, generations, erasing] = await Promise.all([
      this.freshness.look(),
      this.projector.generations(),
      this.reads.erasing(),
    ]);
    return <Operations {...standing} generations={generations} erasing={erasing} />;
  }
}

type Parts = Standing & { readonly generations: readonly Generation[]; readonly erasing: readonly Erasure[] };

const Operations = ({ projections, waiting, generations, erasing }: Parts) => {
  const versions = new Map(projections.map(({ projection, version }) => [projection, version]));
  const others = generations.filter(({ name, version, state }) => state === 'former' || versions.get(name) !== version);
  return (
    <PlainPage
      title="State of the figures"
      path="/operations"
      eyebrow="For whoever runs this server"
      lead={
        <p>
          Every figure is worked out from the log of what was recorded. Here is how far that has come, and what stands
          in its way. The same as <a href="/health/ready">JSON</a>, and <a href="/metrics">for monitoring</a>.
        </p>
      }
    >
      <section>
        <h2>What is worked out</h2>
        <Projections projections={projections} />
      </section>
      <section>
        <h2>Records that could not be brought up to date</h2>
        {waiting.length === 0 ? <p>None: everything that was recorded is shown.</p> : <Waiting waiting={waiting} />}
      </section>
      {others.length > 0 && <Others generations={others} versions={versions} />}
      {erasing.length > 0 && <Erasing erasing={erasing} />}
    </PlainPage>
  );
};

const stateWords = (one: Progress): string => {
  const { serving, error, building } = one;
  if (error !== null) return `Failing, and tried again: ${error}`;
  if (!serving) return `Being prepared: ${buildingWords(one)}`;
  return building ? `Shown, while it is rebuilt: ${buildingWords(one)}` : 'Shown';
};

const Projections = ({ projections }: Pick<Standing, 'projections'>) => (
  <Table class="states">
    <caption class="hidden">Each projection of the log</caption>
    <thead>
      <tr>
        <th scope="col">What</th>
        <th scope="col">State</th>
        <th scope="col" class="n">
          Position in the log
        </th>
        <th scope="col" class="n">
          Behind by
        </th>
        <th scope="col" class="n">
          Records that wait
        </th>
      </tr>
    </thead>
    <tbody>
      {projections.map((one) => {
        const { projection, version, position, head, parked, error } = one;
        return (
          <tr key={projection}>
            <th scope="row">
              {sentence(projectionWords(projection))}{' '}
              <span class="code">
                {projection} {version}
              </span>
            </th>
            <td class={error === null ? undefined : 'alert'}>{stateWords(one)}</td>
            <td class="n" data-label="Position">
              {position ?? 'none yet'}
            </td>
            <td class="n" data-label="Behind by">
              {count(Number(head ?? 0) - Number(position ?? 0))}
            </td>
            <td class="n" data-label="Records that wait">
              {parked > 0 ? <a href={`#waits-${projection}`}>{count(parked)}</a> : 0}
            </td>
          </tr>
        );
      })}
    </tbody>
  </Table>
);

const Waiting = ({ waiting }: Pick<Standing, 'waiting'>) => (
  <>
    <p>
      An event of each of these could not be worked in. It waits with all later ones of its record; nothing is skipped.
      They are tried again at every start, or by <span class="code">retry</span> on the command line;{' '}
      <span class="code">release</span> passes over the event for good.
    </p>
    {[...Map.groupBy(waiting, ({ projection }) => projection)].map(([projection, streams]) => (
      <Streams key={projection} projection={projection} streams={streams} />
    ))}
  </>
);

const Streams = ({ projection, streams }: { projection: string; streams: readonly WaitingStream[] }) => (
  <Table class="states" id={`waits-${projection}`}>
    <caption>
      In {projectionWords(projection)}: {counted(streams.length, 'record')}
      {streams.length > LISTED && `, the first ${LISTED} of them`}
    </caption>
    <thead>
      <tr>
        <th scope="col">Record</th>
        <th scope="col">Why</th>
        <th scope="col">Since</th>
        <th scope="col">Event</th>
        <th scope="col" class="n">
          Events that wait
        </th>
      </tr>
    </thead>
    <tbody>
      {streams.slice(0, LISTED).map(({ stream, error, since, type, position, events }) => (
        <tr key={stream}>
          <th scope="row">
            <StreamLink stream={stream} link={(to) => to} />
          </th>
          <td>{error}</td>
          <td>
            <time dateTime={since}>{instantWords(since)}</time>
          </td>
          <td>
            <span class="code">{type}</span>, position {position}
          </td>
          <td class="n" data-label="Events that wait">
            {count(events)}
          </td>
        </tr>
      ))}
    </tbody>
  </Table>
);

const Others = ({ generations, versions }: Pick<Parts, 'generations'> & { versions: ReadonlyMap<string, number> }) => (
  <section>
    <h2>Kept beside what is shown</h2>
    <p>
      What was shown before a rebuild is kept for going back to it. What another version of the software has left is
      touched by that version only: when it runs no more, words that were removed since may still stand there, until{' '}
      <span class="code">prune</span> drops it.
    </p>
    <ul class="kept">
      {generations.map(({ id, name, version, position, startedAt }) => (
        <li key={id}>
          {sentence(projectionWords(name))}{' '}
          <span class="code">
            {name} {version}
          </span>
          : {versions.get(name) === version ? 'shown before' : 'of another version of the software'}, up to position{' '}
          {position ?? '0'}, begun <time dateTime={startedAt}>{instantWords(startedAt)}</time>
        </li>
      ))}
    </ul>
  </section>
);

const Erasing = ({ erasing }: Pick<Parts, 'erasing'>) => (
  <section>
    <h2>Words that are being erased</h2>
    <p>They are shown nowhere any more, and will be gone from the files of the database, too.</p>
    <ul class="kept">
      {erasing.map(({ projection, version, error }) => (
        <li key={`${projection} ${version}`}>
          {sentence(projectionWords(projection))}{' '}
          <span class="code">
            {projection} {version}
          </span>
          : {error === null ? 'under way' : `not yet, and tried again: ${error}`}
        </li>
      ))}
    </ul>
  </section>
);
