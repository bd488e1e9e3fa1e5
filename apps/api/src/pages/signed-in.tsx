/** The reader of a page, where one is signed in: the link in the masthead, and the hidden field of every form. */
import { createContext, type ComponentChildren, type ComponentProps } from 'preact';
import { useContext } from 'preact/hooks';
import { Rejected } from '#eventsourcing';
import { CSRF_FIELD, csrfTokenOf, type ApiRequest, type Principal, type Session } from '#platform';

/** The session that a page is made for. */
interface PageReader {
  readonly session: Session | null;
  /** Whether anybody can sign in at this address. */
  readonly canSignIn: boolean;
  /** A token for one form. A page that holds one is kept by no cache. */
  readonly csrfToken: () => string;
}

const ANONYMOUS_READER: PageReader = { session: null, canSignIn: false, csrfToken: () => '' };

export const ReaderContext = createContext(ANONYMOUS_READER);

/** @param onToken is told that the page holds a token */
export const readerOf = (session: Session | null, canSignIn: boolean, onToken: () => void): PageReader => ({
  session,
  canSignIn,
  csrfToken: () => {
    if (!session) return '';
    onToken();
    return csrfTokenOf(session);
  },
});

/** The secretariat, where it is signed in. */
export const deskOf = ({ session, principal }: ApiRequest): Principal | null =>
  session && principal?.role === 'secretariat' ? principal : null;

/** @throws Rejected `forbidden` */
export function needsDesk(request: ApiRequest): void {
  if (!deskOf(request)) throw new Rejected('forbidden', 'This is the secretariat’s to do.');
}

/** Stands in every form that is sent. */
export const CsrfField = () => <input type="hidden" name={CSRF_FIELD} value={useContext(ReaderContext).csrfToken()} />;

type HiddenFields = Readonly<Record<string, string | number | null | undefined>>;

interface PostFormParts extends Omit<ComponentProps<'form'>, 'hidden'> {
  /** The fields that nobody sees; none where a value is missing. */
  readonly hidden?: HiddenFields;
}

export const PostForm = ({ hidden = {}, children, ...attributes }: PostFormParts) => (
  <form method="post" {...attributes}>
    <CsrfField />
    {Object.entries(hidden).map(
      ([name, value]) => (value ?? null) !== null && <input key={name} type="hidden" name={name} value={value!} />,
    )}
    {children}
  </form>
);

interface ButtonParts {
  readonly action: string;
  readonly hidden?: HiddenFields;
  /** Whether it is less prominent than the purpose of the page. */
  readonly quiet?: boolean;
  /** Tells apart buttons with the same words. */
  readonly label?: string;
  readonly children: ComponentChildren;
}

export const ButtonForm = ({ action, hidden, quiet = false, label, children }: ButtonParts) => (
  <PostForm action={action} hidden={hidden}>
    <button type="submit" class={quiet ? 'quiet' : undefined} aria-label={label}>
      {children}
    </button>
  </PostForm>
);

/** A part of a page for those who are signed in. */
export const WhenSignedIn = ({ children }: { children: ComponentChildren }) => (
  <>{useContext(ReaderContext).session && children}</>
);

/** A part of a page for the secretariat alone. */
export const WhenAtTheDesk = ({ children }: { children: ComponentChildren }) => (
  <>{useContext(ReaderContext).session?.principal?.role === 'secretariat' && children}</>
);

/** The person and the agency or role for which it acts; for strangers the way in. */
export const WhoIsHere = ({ path }: { path: string }) => {
  const { session, canSignIn } = useContext(ReaderContext);
  if (session)
    return (
      <>
        <a class="desk" href="/home">
          Your desk
        </a>
        <a class="reader" href="/account">
          <span class="hidden">Signed in as </span>
          <span dir="auto">{session.name}</span>
          <small>{actingWords(session)}</small>
        </a>
      </>
    );
  const back = path === '' || path === '/' ? '' : `?to=${encodeURIComponent(path)}`;
  return canSignIn ? (
    <a class="reader" href={`/sign-in${back}`}>
      Sign in
    </a>
  ) : null;
};

/** `for IOM`, `for the secretariat`. */
const actingWords = ({ principal }: Session): string =>
  principal === null
    ? 'without a role now'
    : principal.role === 'secretariat'
      ? 'for the secretariat'
      : principal.agency === null
        ? 'reading'
        : `for ${principal.agency}`;
