/** A commitment as a focal point of IOM may record it over HTTP, with some of its fields changed. */
export const commitment = (changes: object = {}) => ({
  title: 'Regional guide to remittance corridors',
  summary: 'A guide for four corridors.',
  kind: 'publication',
  nature: 'one_off',
  strength: 'undertaken',
  agencies: roles({ IOM: 'lead' }),
  themes: ['HLD06-04'],
  stage: 'planned',
  effective: '2012-06',
  reportedOn: '2012-11-02',
  ...changes,
});

/** Agencies with a role each: `roles({ IOM: 'lead', ILO: 'partner' })`. */
export const roles = (of: Readonly<Record<string, string>>) =>
  Object.entries(of).map(([agency, role]) => ({ agency, role }));

/** A paper of the real data, and a place in it. */
export const citation = { document: 'D-2012-MC2353', locator: 'para 26' };
