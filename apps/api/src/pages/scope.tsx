/** The scope of a progress page: the follow-up of one forum, a role. */
import { Injectable } from '@nestjs/common';
import type { ComponentChildren } from 'preact';
import { Progress } from '#progress';
import { Registers, type Forum } from '#registers';
import { Choice } from './choice.js';
import { KeptFields } from './as-at.js';
import type { View } from './view.js';

/** The forums that commitments follow up, themselves or through round tables and outcomes. */
@Injectable()
export class FollowedUp {
  constructor(
    private readonly progress: Progress,
    private readonly registers: Registers,
  ) {}

  async forums(view: View): Promise<Forum[]> {
    const [forums, outcomes, inUse] = await Promise.all([
      this.registers.all('forum', view.position),
      this.registers.all('outcome', view.position),
      this.progress.valuesInUse('followsUp', view.at),
    ]);
    const parents = new Map(forums.map(({ id, parent }) => [id, parent]));
    const followed = new Set<string>();
    const direct = [...inUse.keys(), ...outcomes.filter(({ id }) => inUse.has(id)).map(({ forum }) => forum)];
    for (let id of direct) for (; id && parents.has(id) && !followed.has(id); id = parents.get(id)) followed.add(id);
    return forums.filter(({ id }) => followed.has(id));
  }
}

interface ScopeParts {
  readonly view: View;
  readonly forums: readonly Forum[];
  /** Further fields, and their names. */
  readonly children?: ComponentChildren;
  readonly fields?: readonly string[];
}

export const Scope = ({ view, forums, children, fields = [] }: ScopeParts) => {
  const { followsUp, role } = view.asked;
  return (
    <form method="get" action={view.path} class="filters" aria-label="Narrow the figures">
      <KeptFields view={view} besides={['followsUp', 'role', ...fields]} />
      <Choice
        name="followsUp"
        label="Follow-up of"
        any="Everything"
        options={forums.map(({ id, name }) => [id, name])}
        value={followsUp}
      />
      <Choice
        name="role"
        label="Agencies count as"
        any="Lead, co-lead or partner"
        options={[['lead', 'Lead only']]}
        value={role}
      />
      {children}
      <button type="submit">Show</button>
    </form>
  );
};
