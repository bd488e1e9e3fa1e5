/** A commitment as a focal point of IOM may record it over HTTP, with some of its fields changed. */
export const commitment = (changes: object = {}) => ({
  title: 'Regional guide to remittance corridors',
  summary: 'A guide for four corridors.',
  kind: 'publication',
  nature: 'one_off',
  strength: 'undertaken',
  agencies: [{ agency: 'IOM', role: 'lead' }],
  themes: ['HLD06-04'],
  stage: 'planned',
  effective: '2012-06',
  reportedOn: '2012-11-02',
  ...changes,
});
