/** Links to agencies, themes, forums and documents. */
import type { ComponentChildren } from 'preact';
import { path, type View } from './view.js';

/** An agency by its code, or by its name. */
export const AgencyLink = ({ view, code, long = false }: { view: View; code: string; long?: boolean }) => {
  const name = view.names.agency.get(code);
  if (name === undefined) return <>{code}</>;
  return (
    <a href={view.link(path('agencies', code))} title={long ? undefined : name} dir={long ? 'auto' : undefined}>
      {long ? name : code}
    </a>
  );
};

export const ThemeLink = ({ view, code }: { view: View; code: string }) => {
  const label = view.names.theme.get(code);
  return label === undefined ? (
    <>{code}</>
  ) : (
    <a href={view.link(path('themes', code))} dir="auto">
      {label}
    </a>
  );
};

/** `IOM, ILO and UNDP` */
export const Joined = ({ all, last = ' and ' }: { all: readonly ComponentChildren[]; last?: string }) => (
  <>
    {all.map((one, i) => (
      <span key={i}>
        {i > 0 && (i === all.length - 1 ? last : ', ')}
        {one}
      </span>
    ))}
  </>
);
