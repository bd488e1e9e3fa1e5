/** A form that a passkey fills in. It alone needs a script: browsers give passkeys to nothing else. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ComponentChildren } from 'preact';
import { scriptOf } from './asset.js';
import { PostForm } from './signed-in.js';

const WEBAUTHN_SCRIPT = join(
  createRequire(import.meta.url).resolve('@simplewebauthn/browser'),
  '../../dist/bundle/index.umd.min.js',
);

export const PASSKEY_SCRIPT = scriptOf(WEBAUTHN_SCRIPT, new URL('./passkeys.browser.js', import.meta.url));

interface PasskeyFormParts {
  readonly action: string;
  /** Whether a passkey is made, or one is used. */
  readonly does: 'make' | 'use';
  /** The options of the browser's question. */
  readonly options: object;
  readonly attempt: string;
  /** The words of its button, which can be pressed once the script is there. */
  readonly button: string;
  readonly children: ComponentChildren;
}

export const PasskeyForm = ({ action, does, options, attempt, button, children }: PasskeyFormParts) => (
  <>
    <PostForm
      class="entry passkey"
      action={action}
      data-does={does}
      data-options={JSON.stringify(options)}
      hidden={{ attempt, answer: '' }}
    >
      {children}
      <button type="submit" disabled>
        {button}
      </button>
      <p role="status" class="alert" />
    </PostForm>
    <noscript>
      <p class="callout">Passkeys need JavaScript, which is off in this browser.</p>
    </noscript>
    <script src={PASSKEY_SCRIPT.path} defer />
  </>
);
