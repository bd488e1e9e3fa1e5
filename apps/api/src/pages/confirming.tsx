/** The words on the consequences of an act, before it is done; and the form of an act that needs no more than a yes. */
import type { ComponentChildren } from 'preact';
import { newCommandId } from '#eventsourcing';
import type { Reach } from '#letters';
import { KEY, REVISION } from './form-parts.js';
import { PlainPage } from './layout.js';
import { PostForm } from './signed-in.js';
import { counted } from './words.js';

interface LettersParts {
  /** Which letter: `an invitation`. */
  readonly letter: string;
  readonly agencies: readonly string[];
  readonly reach: Reach;
}

/** To how many people of which agencies an act writes. */
export const LettersOf = ({ letter, agencies, reach: { people, nobody } }: LettersParts) =>
  agencies.length === 0 ? (
    <p>Nobody is written to.</p>
  ) : (
    <>
      <p>
        {counted(people, 'person', 'people')} of {counted(agencies.length, 'agency', 'agencies')} will be sent {letter}:{' '}
        {agencies.join(', ')}.
      </p>
      {nobody.length > 0 && (
        <p>
          Nobody can be written to of {nobody.length < agencies.length ? nobody.join(', ') : 'any of them'}: no focal
          point or alternate has an address. <a href="/accounts">Accounts</a>
        </p>
      )}
    </>
  );

export const WhatHappens = ({ children }: { children: ComponentChildren }) => (
  <section class="callout what-happens" aria-labelledby="what-happens">
    <h2 id="what-happens">Consequences</h2>
    {children}
  </section>
);

interface ConfirmParts {
  readonly action: string;
  readonly button: string;
  readonly back: string;
  /** That was read. */
  readonly revision?: number | undefined;
  readonly children?: ComponentChildren;
}

interface ConfirmPageParts extends ConfirmParts {
  readonly title: string;
  /** The name of its subject. */
  readonly of: string;
}

/** The page of an act on something: its consequences, and the button that does it. */
export const ConfirmPage = ({ title, of, back, revision, children, ...form }: ConfirmPageParts) => (
  <PlainPage title={title} path={back} eyebrow={<a href={back}>{of}</a>}>
    <WhatHappens>
      <p>{children}</p>
    </WhatHappens>
    <Confirm {...form} back={back} revision={revision} />
  </PlainPage>
);

export const Confirm = ({ action, button, back, revision, children }: ConfirmParts) => (
  <PostForm class="entry act" action={action} hidden={{ [KEY]: newCommandId(), [REVISION]: revision }}>
    {children}
    <div class="acts">
      <button>{button}</button>
      <a href={back}>Back without doing it</a>
    </div>
  </PostForm>
);
