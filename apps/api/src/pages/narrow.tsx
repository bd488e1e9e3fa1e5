/** The filters of a page of figures: an agency in a role, a theme, the follow-up of a forum. */
import { Injectable } from '@nestjs/common';
import type { ComponentChildren } from 'preact';
import { Progress } from '#progress';
import { Registers } from '#registers';
import { byFramework, Choice, type ChoiceParts } from './choice.js';
import { KeptFields } from './as-at.js';
import { FollowedUp } from './scope.js';
import type { View } from './view.js';

type Choices = readonly Omit<ChoiceParts, 'value'>[];

/** The choices that there are as at the date shown. */
@Injectable()
export class Narrowing {
  constructor(
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly followedUp: FollowedUp,
  ) {}

  async choices(view: View): Promise<Choices> {
    const [agencies, themes, frameworks, forums] = await Promise.all([
      this.progress.inUse('agency', view.at),
      this.registers.all('theme', view.position),
      this.registers.all('framework', view.position),
      this.followedUp.forums(view),
    ]);
    return [
      {
        name: 'agency',
        label: 'Agency',
        any: 'All agencies',
        options: [...agencies.keys()].map((code) => [code, `${code} – ${view.names.agency.get(code) ?? code}`]),
      },
      { name: 'role', label: 'Its role', any: 'Lead, co-lead or partner', options: [['lead', 'Lead only']] },
      {
        name: 'theme',
        label: 'Theme',
        any: 'All themes',
        options: [],
        groups: byFramework(frameworks, themes),
      },
      {
        name: 'followsUp',
        label: 'Follow-up of',
        any: 'Everything',
        options: forums.map(({ id, name }) => [id, name]),
      },
    ];
  }
}

interface Parts {
  readonly view: View;
  readonly choices: Choices;
  /** The fields of the form besides, by name. */
  readonly own?: readonly string[];
  readonly children?: ComponentChildren;
}

export const Narrow = ({ view, choices, own = [], children }: Parts) => (
  <form method="get" action={view.path} class="filters" aria-label="Choose what is shown">
    <KeptFields view={view} besides={[...own, ...choices.map(({ name }) => name)]} />
    {children}
    {choices.map((choice) => (
      <Choice key={choice.name} {...choice} value={view.asked[choice.name]} />
    ))}
    <button type="submit">Show</button>
  </form>
);

/** The filters of the figures, as the list of commitments takes them. */
export function narrowingParams({ asked, scope }: View) {
  const { agency, theme } = asked as { agency?: string; theme?: string };
  return { ...scope, agency, theme };
}
