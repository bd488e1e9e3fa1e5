/** The owner of a return: the people of its agency work on it, or the secretariat on an authority that it names. */
import type { OnBehalf } from '#bodies';
import { refused, Rejected, type Meta } from '#eventsourcing';
import type { Actor, CommandContext } from '#platform';

/** Whether somebody works on the returns of an agency: its people, or the secretariat on its behalf. */
export const worksFor = (by: Actor | null | undefined, agency: string): boolean =>
  by?.role === 'secretariat' || (by?.agency ?? null) === agency;

/** @throws Rejected `forbidden` */
export function refuseUnlessOwn(by: Actor, agency: string): void {
  if (!worksFor(by, agency))
    throw new Rejected('forbidden', `The return of ${agency} is its own; you act for ${by.agency ?? 'no agency'}.`);
}

/**
 * How an act of an agency on its return is recorded: the secretariat does it for the agency, on an authority that it names.
 * @throws Rejected `authority_needed` | `other_agency` | `forbidden`
 */
export function metaFor(
  agency: string,
  said: { readonly onBehalf?: OnBehalf | null },
  { by, meta }: CommandContext,
): Meta {
  const { onBehalf } = said;
  if (by.role !== 'secretariat') {
    if (!onBehalf) return meta;
    throw refused(
      'forbidden',
      '/onBehalf',
      'The secretariat alone acts on behalf of an agency; an agency acts itself.',
    );
  }
  if (!onBehalf)
    throw refused('authority_needed', '/onBehalf', `Say by which letter or e-mail ${agency} has this done.`);
  if (onBehalf.agency !== agency) throw refused('other_agency', '/onBehalf/agency', `The return is that of ${agency}.`);
  return { ...meta, agency };
}
