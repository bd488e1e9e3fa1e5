/** The way around: seven sections, and below each its pages. */
import { useContext } from 'preact/hooks';
import { ReaderContext } from './signed-in.js';

interface NavigationSection {
  readonly name: string;
  /** The name of the section links to the first one. */
  readonly pages: Readonly<Record<string, string>>;
  /** Pages for those who are signed in; nobody else is led there. */
  readonly whenSignedIn?: Readonly<Record<string, string>>;
}

const allOf = ({ pages, whenSignedIn }: NavigationSection): Readonly<Record<string, string>> => ({
  ...pages,
  ...whenSignedIn,
});

export const NAVIGATION_SECTIONS: readonly NavigationSection[] = [
  {
    name: 'Overview',
    pages: { '/': 'Where things stand', '/timeline': 'Over time', '/no-update': 'No update since' },
  },
  {
    name: 'Agencies',
    pages: { '/agencies': 'Per agency', '/matrix': 'Who works on what', '/partnerships': 'Who works with whom' },
  },
  { name: 'Themes', pages: { '/themes': 'Per theme', '/crosswalks': 'From framework to framework' } },
  { name: 'Commitments', pages: { '/commitments': 'All commitments', '/deadlines': 'Deadlines' } },
  { name: 'Recommendations', pages: { '/outcomes': 'Follow-up', '/forums': 'Forums and meetings' } },
  { name: 'Changes', pages: { '/changes-since': 'Between two dates' } },
  {
    name: 'Reports & data',
    pages: {
      '/data': 'Downloads',
      '/rounds': 'Reporting rounds',
      '/publications': 'Published reports',
      '/documents': 'Sources',
      '/about': 'About',
      '/operations': 'State of the figures',
    },
    whenSignedIn: { '/imports': 'Import a spreadsheet', '/webhooks': 'Webhooks' },
  },
];

const isWithin = (path: string, to: string): boolean => path === to || (to !== '/' && path.startsWith(`${to}/`));

const current = (path: string, to: string) => (path === to ? 'page' : isWithin(path, to) ? 'true' : undefined);

interface NavigationParts {
  /** Of the page that is shown. */
  readonly path: string;
  readonly link: (to: string) => string;
}

export const Sections = ({ path, link }: NavigationParts) => (
  <nav class="sections" aria-label="Sections">
    <ul>
      {NAVIGATION_SECTIONS.map((section) => {
        const { name } = section;
        const [first, ...others] = Object.keys(allOf(section)) as [string, ...string[]];
        const isHere = [first, ...others].some((to) => isWithin(path, to));
        return (
          <li key={name}>
            <a href={link(first)} aria-current={path === first ? 'page' : isHere ? 'true' : undefined}>
              {name}
            </a>
          </li>
        );
      })}
    </ul>
  </nav>
);

/** The pages of the section in which one is; nothing where it has only one. */
export const SectionPages = ({ path, link }: NavigationParts) => {
  const { session } = useContext(ReaderContext);
  const section = NAVIGATION_SECTIONS.find((one) => Object.keys(allOf(one)).some((to) => isWithin(path, to)));
  const pages = Object.entries((section && (session ? allOf(section) : section.pages)) ?? {});
  if (pages.length < 2) return null;
  return (
    <nav class="beside" aria-label={`Pages of ${section!.name}`}>
      <ul class="wrap">
        {pages.map(([to, name]) => (
          <li key={to}>
            <a href={link(to)} aria-current={current(path, to)}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
};
