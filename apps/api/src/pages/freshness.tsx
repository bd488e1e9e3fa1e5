/** The notice on every page when figures are incomplete or out of date. */
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Projector, type ParkedStream, type ProjectionStatus } from '#eventsourcing';
import { Instant, Listed } from './links.js';
import { path } from './view.js';
import { count, counted } from './words.js';

export interface ViewsStanding {
  readonly projections: readonly ProjectionStatus[];
  /** The streams that wait because an event of theirs could not be applied. */
  readonly waiting: readonly WaitingStream[];
}

export interface WaitingStream extends ParkedStream {
  readonly projection: string;
}

const ALL_IS_WELL: ViewsStanding = { projections: [], waiting: [] };

/** Asks how the views stand, once a second at most, however many pages are read. */
@Injectable()
export class Freshness {
  /** The time for which an answer is good. */
  static goodMs = 1_000;
  readonly #seen: LRUCache<'now', ViewsStanding>;

  constructor(projector: Projector) {
    this.#seen = new LRUCache<'now', ViewsStanding>({
      max: 1,
      ttl: Freshness.goodMs,
      allowStaleOnFetchRejection: true,
      fetchMethod: async () => {
        const projections = await projector.progress();
        const waiting = projections
          .filter(({ parked }) => parked > 0)
          .map(async ({ projection }) =>
            (await projector.parked(projection)).map((stream) => ({ projection, ...stream })),
          );
        return { projections, waiting: (await Promise.all(waiting)).flat() };
      },
    });
  }

  async look(): Promise<ViewsStanding> {
    return (await this.#seen.fetch('now').catch(() => undefined)) ?? ALL_IS_WELL;
  }
}

/** The state of the views when a page was made. */
export const ViewsState = createContext(ALL_IS_WELL);

/** The name of a projection, for readers. */
export const projectionWords = (name: string): string =>
  ({
    progress: 'commitments and all figures',
    registers: 'the registers of agencies, themes and sources',
    following: 'what one record leaves to another',
    erasures: 'words that were taken out',
  })[name] ?? name;

const timeWords = (seconds: number): string =>
  seconds < 90
    ? counted(seconds, 'second')
    : seconds < 5_400
      ? counted(Math.round(seconds / 60), 'minute')
      : counted(Math.round(seconds / 3600), 'hour');

/** `43% done, 85,300 events a second, about 12 seconds left`. */
export const buildingWords = ({ building }: Pick<ProjectionStatus, 'building'>): string =>
  building === null
    ? 'waiting for its turn'
    : [
        `${building.percent}% done`,
        building.eventsPerSecond > 0 && `${count(building.eventsPerSecond)} events a second`,
        building.secondsLeft && `about ${timeWords(building.secondsLeft)} left`,
      ]
        .filter(Boolean)
        .join(', ');

type LinkTo = (to: string) => string;

/** The page of a stream's record, if there is one. */
export const StreamLink = ({ stream, link }: { stream: string; link: LinkTo }) => {
  const [category, code] = [stream.slice(0, stream.indexOf('-')), stream.slice(stream.indexOf('-') + 1)];
  const pages = { commitment: 'commitments', agency: 'agencies', forum: 'forums', outcome: 'outcomes' };
  const page = pages[category as keyof typeof pages];
  return page ? <a href={link(path(page, code))}>{code}</a> : <>{code}</>;
};

const MAX_STREAMS_NAMED = 5;

/** Says on every page that figures could not be brought up to date. Quiet when all is well. */
export const Notice = ({ link }: { link: LinkTo }) => {
  const { projections, waiting } = useContext(ViewsState);
  const isFailing = projections.some(({ serving, error }) => serving && error !== null);
  const streams = [...Map.groupBy(waiting, ({ stream }) => stream).values()].map(([first]) => first!);
  if (!isFailing && streams.length === 0) return null;
  const more = <a href={link('/operations')}>More about this</a>;
  return (
    <div class="notice" role="status">
      <div class="wrap">
        {isFailing && (
          <p>
            At the moment the figures cannot be brought up to date. They are those of an earlier time; what was recorded
            since is safe, and will be shown. {streams.length === 0 && more}
          </p>
        )}
        {streams.length > 0 && (
          <p>
            {counted(streams.length, 'record')} could not be brought up to date:{' '}
            <Listed
              all={streams.slice(0, MAX_STREAMS_NAMED).map(({ stream, since }) => (
                <>
                  <StreamLink stream={stream} link={link} /> (since <Instant at={since} />)
                </>
              ))}
            />
            {streams.length > MAX_STREAMS_NAMED && ` and ${count(streams.length - MAX_STREAMS_NAMED)} more`}. What the
            figures say of {streams.length === 1 ? 'it' : 'them'} is from before. {more}
          </p>
        )}
      </div>
    </div>
  );
};
