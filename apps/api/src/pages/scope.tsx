/** The scope of a progress page: the follow-up of one forum, a role. */
import { Injectable } from '@nestjs/common';
import type { ComponentChildren } from 'preact';
import { Progress } from '#progress';
import { Registers, type Forum } from '#registers';
import { choice, Choices, type Choosable } from './choice.js';
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
  readonly choices?: readonly Choosable[];
  /** Further fields, and their names. */
  readonly children?: ComponentChildren;
  readonly fields?: readonly string[];
}

export const Scope = ({ view, forums, choices = [], children, fields = [] }: ScopeParts) => {
  const all = [
    choice(
      'followsUp',
      'Follow-up of',
      'Everything',
      forums.map(({ id, name }) => [id, name]),
    ),
    choice('role', 'Agencies count as', 'Lead, co-lead or partner', [['lead', 'Lead only']]),
    ...choices,
  ];
  return (
    <form method="get" action={view.path} class="filters" aria-label="Narrow the figures">
      <KeptFields view={view} besides={[...fields, ...all.map(({ name }) => name)]} />
      <Choices view={view} of={all} />
      {children}
      <button type="submit">Show</button>
    </form>
  );
};
