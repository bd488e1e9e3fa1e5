/** The facts of a list (`dl`): each has a name. */
import type { ComponentChildren } from 'preact';

interface FactParts {
  readonly name: string | number;
  readonly children: ComponentChildren;
}

/** Nothing where there is none. */
export const Fact = ({ name, children }: FactParts) =>
  children ? (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  ) : null;

/** A fact with several values; nothing where there are none. */
export const FactList = ({ name, children }: FactParts) =>
  [children].flat(2).some(Boolean) ? (
    <Fact name={name}>
      <ul>{children}</ul>
    </Fact>
  ) : null;
