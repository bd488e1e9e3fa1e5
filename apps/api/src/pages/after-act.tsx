/** The page that an act leads to: its address has the recorded act, and its warnings to the reader. */
import type { ActResult } from '#acts';
import type { ActWarning } from '#bodies';
import type { AgencyAsAt, Registers } from '#registers';
import { AgencyLink } from './links.js';
import { queryOf, type View } from './view.js';
import { whenWords } from './words.js';

/** Codes in an address, separated by commas. */
export const CODES_IN_ADDRESS = /^[\w./-]{1,120}(,[\w./-]{1,120})*$/;

/** The query of the page that an act leads to. */
export function queryAfter({ revision, warnings = [] }: ActResult): string {
  const about = (code: ActWarning['code']) =>
    warnings
      .filter((one) => one.code === code)
      .map(({ of }) => of)
      .join();
  return queryOf({ done: revision, like: about('likely_duplicate'), ended: about('agency_has_ended') });
}

/** Those of the agencies named in an address that have ended, or have a successor; no other agency is said to have ended. */
export async function endedAgencies(registers: Registers, codes = '', position?: string): Promise<AgencyAsAt[]> {
  const agencies = await Promise.all(
    [...new Set(codes.split(','))].map((code) => registers.one('agency', code, position)),
  );
  return agencies.filter((one) => one !== null).filter(({ endedOn, succeededBy }) => endedOn ?? succeededBy);
}

/** Asks the reader whether an agency that has ended, or has a successor, is the one that the act means. */
export const EndedAgencies = ({ view, agencies }: { view: View; agencies: readonly AgencyAsAt[] }) => (
  <>
    {agencies.map(({ code, endedOn, succeededBy }) => (
      <p key={code}>
        <AgencyLink view={view} code={code} /> {endedOn && `ended ${whenWords(endedOn)}`}
        {endedOn && succeededBy && ', and '}
        {succeededBy && (
          <>
            has a successor, <AgencyLink view={view} code={succeededBy} />
          </>
        )}
        . Is {succeededBy ?? 'it'} meant?
      </p>
    ))}
  </>
);
