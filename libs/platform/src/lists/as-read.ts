/** A streamed answer, which holds nothing of the part that it has sent. */
import { Readable } from 'node:stream';

/**
 * The client sets the pace. The stream lets go of its source at the end: the framework keeps the stream of an answer
 * for as long as the connection stays, and a generator that has ended still keeps its closure.
 */
export const asRead = (source: AsyncIterable<string | Uint8Array>): Readable =>
  Readable.from(lettingGo(source[Symbol.asyncIterator]()), { objectMode: false });

function lettingGo<T>(source: AsyncIterator<T> | null): AsyncIterableIterator<T> {
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    const ending = source;
    source = null;
    await ending?.return?.();
    return { done: true, value: undefined };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => {
      const got = await source?.next();
      return !got || got.done ? end() : got;
    },
    return: end,
  };
}
