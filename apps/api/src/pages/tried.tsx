/** A small form of a page that was sent and refused: its page is shown again, with the entries and the reason. */
import { createContext, type ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import type { FastifyReply } from 'fastify';
import { Rejected, type FieldError } from '#eventsourcing';
import { problemOf, type FieldValues } from '#platform';
import { faultWords } from './field-words.js';

export interface TriedForm {
  /** Where the form was sent. */
  readonly action: string;
  readonly filled: FieldValues;
  readonly faults: readonly FieldError[];
  /** Why all of it was refused; `null`: it was not, and is only shown again. */
  readonly refused: string | null;
}

const TriedContext = createContext<TriedForm | null>(null);

/** The refused input of the form that leads to an address, and the reasons; `null`: it is new. */
export function useTried(action: string, own: (filled: FieldValues) => boolean = () => true): TriedForm | null {
  const tried = useContext(TriedContext);
  return tried?.action === action && own(tried.filled) ? tried : null;
}

/** A form that was refused. @throws every fault that no form can mend */
export function triedIn(error: unknown, action: string, filled: FieldValues, reply: FastifyReply): TriedForm {
  const { status, detail } = problemOf(error);
  if (status >= 500 || status === 401 || status === 403 || status === 404) throw error;
  void reply.status(status);
  return { action, filled, faults: error instanceof Rejected ? error.errors : [], refused: detail };
}

export const hasSaid = ({ filled }: Pick<TriedForm, 'filled'>, name: string): string =>
  typeof filled[name] === 'string' ? filled[name] : '';

/** The faults of some fields, at their place. */
export const TriedFaults = ({
  tried,
  id,
  at,
}: {
  tried: TriedForm | null;
  id: string;
  at: (pointer: string) => boolean;
}) => {
  const own = tried?.faults.filter(({ pointer }) => at(pointer)) ?? [];
  return own.length === 0 ? null : (
    <p class="fault" id={id}>
      {own.map(faultWords).join(' ')}
    </p>
  );
};

/** A page on which a form was refused. @param links the place on the page, by the beginning of a pointer */
export const WithTried = ({
  tried,
  links,
  children,
}: {
  tried: TriedForm | null;
  links: (pointer: string) => string | null;
  children: ComponentChildren;
}) => (
  <TriedContext.Provider value={tried}>
    {tried && tried.refused !== null && (
      <div class="callout faults" role="alert" aria-labelledby="tried">
        <h2 id="tried">This was not recorded</h2>
        {tried.faults.length === 0 ? (
          <p>{tried.refused}</p>
        ) : (
          <ul>
            {tried.faults.map((fault) => {
              const id = links(fault.pointer);
              return (
                <li key={fault.pointer}>
                  {id === null ? faultWords(fault) : <a href={`#${id}`}>{faultWords(fault)}</a>}
                </li>
              );
            })}
          </ul>
        )}
        <p>What you filled in stands below.</p>
      </div>
    )}
    {children}
  </TriedContext.Provider>
);
