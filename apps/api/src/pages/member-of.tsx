/** The filter of agencies by their membership in a body at the date. */
import { Injectable } from '@nestjs/common';
import { Registers } from '#registers';
import { compareTexts } from '#text';
import { choice, optionsOf, type Choosable } from './choice.js';
import { AgencyLink } from './links.js';
import type { View } from './view.js';
import { counted, dateWords } from './words.js';

@Injectable()
export class MemberOf {
  constructor(private readonly registers: Registers) {}

  /** The bodies that had members on the date. */
  async choice(view: View): Promise<Choosable> {
    const agencies = await this.registers.all('agency', view.position, view.asOf);
    const bodies = agencies.flatMap(({ memberships }) =>
      memberships.flatMap(({ body, member }) => (member ? body : [])),
    );
    const options = optionsOf([...new Set(bodies)].sort(compareTexts), (code) => view.names.agency.get(code) ?? code);
    return choice('memberOf', 'Agencies that were members of', 'Any body, or none', options);
  }

  /** The number of members of the body; `null` when no body is asked for. */
  async count(view: View): Promise<number | null> {
    const { memberOf } = view.asked;
    return memberOf ? (await this.registers.members(String(memberOf), view.position, view.asOf)).length : null;
  }
}

/** Says that only members count, where that was asked for. */
export const OnlyMembers = ({ view, members }: { view: View; members: number | null }) =>
  members === null ? null : (
    <p class="note">
      Only agencies that were members of <AgencyLink view={view} code={String(view.asked['memberOf'])} long /> on{' '}
      {dateWords(view.asOf)} count: {counted(members, 'agency', 'agencies')}.{' '}
      <a href={view.here({ memberOf: null, cursor: null })}>Count all</a>
    </p>
  );
