/** The reader of bodies: they are UTF-8, and plain JSON. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Rejected } from '#eventsourcing';
import { refuseAmbiguousJson, textOf, Unreadable } from '#text';
import { malformed } from '../fields/validation.js';

type Done = (error: Error | null, json?: unknown) => void;

/** The fault of a body, as it is answered. */
function faultOf(error: unknown): Error {
  if (!(error instanceof Unreadable)) return error as Error;
  const { pointer, message } = error;
  return pointer ? malformed([{ pointer, message }]) : new Rejected('bad_request', `The body ${message}.`);
}

/** Lets a server refuse bodies that are not UTF-8, naming the byte, and JSON that is not plain, naming the field. */
export function readsJson(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('ignore', 'ignore') as (
    request: FastifyRequest,
    text: string,
    done: Done,
  ) => void;
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done: Done) => {
    try {
      const text = textOf(body as Buffer);
      parse(request, text, (error, json) => {
        if (error) return done(error);
        try {
          refuseAmbiguousJson(text, json);
          done(null, json);
        } catch (twice) {
          done(faultOf(twice));
        }
      });
    } catch (error) {
      done(faultOf(error));
    }
  });
}
