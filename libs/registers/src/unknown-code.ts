/** The refusal of a query whose code is in no entry. */
import { Rejected } from '#eventsourcing';
import { fold } from '#text';

/**
 * Names the missing code, and the codes that differ from it in case, accents or spaces only.
 * @param field of the query in which it stands; absent: it is in the address
 */
export function unknownCode(
  kinds: string | readonly string[],
  code: string,
  codes: Iterable<string> = [],
  field?: string,
): Rejected {
  const alike = [...codes].filter((one) => fold(one) === fold(code.trim()));
  const hint = alike.length > 0 ? ` Did you mean ${alike.join(' or ')}?` : '';
  const message = `There is no ${[kinds].flat().join(' or ')} ${code}.${hint}`;
  return new Rejected('not_found', message, field === undefined ? undefined : [{ pointer: `/${field}`, message }]);
}
