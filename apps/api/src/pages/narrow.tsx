/** The filters of a page of figures: an agency in a role, a theme, the follow-up of a forum. */
import { Injectable } from '@nestjs/common';
import type { ComponentChildren } from 'preact';
import { Progress } from '#progress';
import { Registers } from '#registers';
import { agencyOptions, byFramework, choice, Choices, type Choosable } from './choice.js';
import { KeptFields } from './as-at.js';
import { FollowedUp } from './scope.js';
import type { View } from './view.js';

/** The choices that there are as at the date shown. */
@Injectable()
export class FilterChoices {
  constructor(
    private readonly progress: Progress,
    private readonly registers: Registers,
    private readonly followedUp: FollowedUp,
  ) {}

  async choices(view: View): Promise<Choosable[]> {
    const [agencies, themes, frameworks, forums] = await Promise.all([
      this.progress.valuesInUse('agency', view.at),
      this.registers.all('theme', view.position),
      this.registers.all('framework', view.position),
      this.followedUp.forums(view),
    ]);
    const followed = forums.map(({ id, name }) => [id, name] as const);
    return [
      choice('agency', 'Agency', 'All agencies', agencyOptions(view, agencies.keys())),
      choice('role', 'Its role', 'Lead, co-lead or partner', [['lead', 'Lead only']]),
      { ...choice('theme', 'Theme', 'All themes', []), groups: byFramework(frameworks, themes) },
      choice('followsUp', 'Follow-up of', 'Everything', followed),
    ];
  }
}

interface NarrowParts {
  readonly view: View;
  readonly choices: readonly Choosable[];
  /** The fields of the form besides, by name. */
  readonly own?: readonly string[];
  readonly children?: ComponentChildren;
}

export const Narrow = ({ view, choices, own = [], children }: NarrowParts) => (
  <form method="get" action={view.path} class="filters" aria-label="Filters">
    <KeptFields view={view} besides={[...own, ...choices.map(({ name }) => name)]} />
    {children}
    <Choices view={view} of={choices} />
    <button type="submit">Show</button>
  </form>
);

/** The filters of the figures, as the list of commitments takes them. */
export function narrowingParams({ asked, scope }: View) {
  const { agency, theme } = asked as { agency?: string; theme?: string };
  return { ...scope, agency, theme };
}
