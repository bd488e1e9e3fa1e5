/** The page of the state of each projection, for operators and for readers of a notice. */
import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { ProjectionStatus } from '#eventsourcing';
import {
  buildingWords,
  Freshness,
  projectionWords,
  StreamLink,
  type ViewsStanding,
  type WaitingStream,
} from './freshness.js';
import { PlainPage, Section } from './layout.js';
import { Instant } from './links.js';
import { Table } from './take-away.js';
import { RendersPages } from './rendering.js';
import { count, counted, sentence } from './words.js';

/** The number of waiting records that are listed; the command line lists all. */
const MAX_STREAMS_LISTED = 100;

@ApiExcludeController()
@RendersPages()
@Controller('operations')
export class OperationsPage {
  constructor(private readonly freshness: Freshness) {}

  @Get()
  async operations() {
    return <Operations {...await this.freshness.look()} />;
  }
}

const Operations = ({ projections, waiting }: ViewsStanding) => {
  return (
    <PlainPage
      title="State of the figures"
      path="/operations"
      eyebrow="For the operator of this server"
      lead={
        <p>
          Every figure is worked out from the log of what was recorded. Here is how far that has come, and what stands
          in its way. The same as <a href="/health/ready">JSON</a>, and <a href="/metrics">for monitoring</a>.
        </p>
      }
    >
      <Section title="Views">
        <Projections projections={projections} />
      </Section>
      <Section title="Records that could not be brought up to date">
        {waiting.length === 0 ? (
          <p>None: everything that was recorded is shown.</p>
        ) : (
          <WaitingRecords waiting={waiting} />
        )}
      </Section>
    </PlainPage>
  );
};

const stateWords = (one: ProjectionStatus): string => {
  const { serving, error } = one;
  if (error !== null) return `Failing, and tried again: ${error}`;
  return serving ? 'Shown' : `Being prepared: ${buildingWords(one)}`;
};

const Projections = ({ projections }: Pick<ViewsStanding, 'projections'>) => (
  <Table
    class="states"
    caption="Each projection of the log"
    hideCaption
    heads={['View', 'State', { n: 'Position in the log' }, { n: 'Behind by' }, { n: 'Records that wait' }]}
  >
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
  </Table>
);

const WaitingRecords = ({ waiting }: Pick<ViewsStanding, 'waiting'>) => (
  <>
    <p>
      An event of each of these could not be worked in. It waits with all later ones of its record; nothing is skipped.
      They are tried again at every start; <span class="code">release</span> on the command line passes over the event
      for good.
    </p>
    {[...Map.groupBy(waiting, ({ projection }) => projection)].map(([projection, streams]) => (
      <Streams key={projection} projection={projection} streams={streams} />
    ))}
  </>
);

const Streams = ({ projection, streams }: { projection: string; streams: readonly WaitingStream[] }) => (
  <Table
    class="states"
    id={`waits-${projection}`}
    caption={
      <>
        In {projectionWords(projection)}: {counted(streams.length, 'record')}
        {streams.length > MAX_STREAMS_LISTED && `, the first ${MAX_STREAMS_LISTED} of them`}
      </>
    }
    heads={['Record', 'Why', 'Since', 'Event', { n: 'Events that wait' }]}
  >
    {streams.slice(0, MAX_STREAMS_LISTED).map(({ stream, error, since, type, position, events }) => (
      <tr key={stream}>
        <th scope="row">
          <StreamLink stream={stream} link={(to) => to} />
        </th>
        <td>{error}</td>
        <td>
          <Instant at={since} />
        </td>
        <td>
          <span class="code">{type}</span>, position {position}
        </td>
        <td class="n" data-label="Events that wait">
          {count(events)}
        </td>
      </tr>
    ))}
  </Table>
);
