/** Waiting for a store that is hindered for a moment: one rule for every store. */
import pRetry from 'p-retry';

/** The patience of a retry: how long, how soon again, and after which errors. */
interface Patience {
  readonly forMs: number;
  readonly everyMs: number;
  /** Whether trying again may help; absent: always. */
  readonly after?: (error: unknown) => boolean;
}

/** The error of a try: p-retry tells errors of another realm from its own. */
class FailedTry extends Error {}

/** Does something, again and again until it succeeds. @throws its last error, once that has taken too long or cannot help */
export async function retry<T>(
  act: () => T | Promise<T>,
  { forMs, everyMs, after = () => true }: Patience,
): Promise<T> {
  const tried = async (): Promise<T> => {
    try {
      return await act();
    } catch (cause) {
      throw new FailedTry('not yet', { cause });
    }
  };
  try {
    return await pRetry(tried, {
      ...{ retries: Infinity, factor: 1, minTimeout: everyMs, maxRetryTime: forMs },
      shouldRetry: ({ error }) => after(error.cause),
    });
  } catch (error) {
    throw error instanceof FailedTry ? error.cause : error;
  }
}
