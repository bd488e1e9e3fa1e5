/** The possible future of commitments of the real data after 2012, in acts: everything that pages have to show of it. */

/** Posts an act for the focal point of an agency, or (`null`) for the secretariat. */
export type Post = (
  path: string,
  body: object,
  agency: string | null,
) => Promise<{ revision: number; position: string }>;

const MC2353 = { document: 'D-2012-MC2353', locator: 'para 26' };
const WP204 = (locator: string) => ({ document: 'D-2007-WP204', locator });

/** Joint work on the labour matching initiative: parts that differ, roles that are asked for, a lead on offer. */
export async function jointly(post: Post): Promise<void> {
  const imdi = (act: string, body: object, agency: string | null = null) =>
    post(`commitments/IOM-2006-04/${act}`, body, agency);
  await imdi(
    'stage',
    {
      stage: 'on_hold',
      effective: '2013-02',
      reportedOn: '2013-03-01',
      outlook: 'at_risk',
      note: 'Waits for the pilot countries to answer',
    },
    'ILO',
  );
  await imdi(
    'stage',
    { stage: 'in_progress', effective: '2013', reportedOn: '2013-03-05', outlook: 'on_track' },
    'IOM',
  );
  await imdi('verification', {
    verification: 'documented',
    agency: 'ILO',
    reason: 'The letter to the pilot countries is on file',
    citation: MC2353,
    reportedOn: '2013-04-01',
  });
  await imdi(
    'stage',
    {
      stage: 'in_progress',
      effective: '2013-05',
      reportedOn: '2013-05-20',
      outlook: 'on_track',
      note: 'Two pilots begun',
    },
    'ILO',
  );
  await imdi('verification', {
    verification: 'contested',
    reason: 'The council paper of November 2012 names no activity since 2006',
    citation: MC2353,
    citations: [WP204('lines 359-361')],
    reportedOn: '2013-06-01',
  });
  await imdi(
    'reply',
    { text: 'Country offices went on with it; their reports are attached to the return.', reportedOn: '2013-06-10' },
    'IOM',
  );
  await imdi('agencies', { agency: 'UNESCO', role: 'partner', reportedOn: '2013-06-11' }, 'IOM');
  await imdi('agencies', { agency: 'UNODC', role: 'partner', reportedOn: '2013-06-11' }, 'IOM');
  await imdi(
    'agencies/UNESCO/decline',
    { reason: 'It has no programme on labour matching', reportedOn: '2013-06-20' },
    'UNESCO',
  );
  await imdi(
    'lead-transfer',
    {
      to: 'WORLD-BANK',
      effective: '2014-01',
      reason: 'The Bank runs the labour market surveys',
      staysOpen: 'The third pilot country',
      reportedOn: '2013-07-01',
    },
    'IOM',
  );
}

/** Statements on the indicators' commitment that were wrong, and words that had to go. */
export async function corrected(post: Post): Promise<void> {
  const say = (act: string, body: object) => post(`commitments/IOM-2011-12/${act}`, body, null);
  const wrong = await say('stage', {
    stage: 'discontinued',
    effective: '2013',
    reportedOn: '2013-02-01',
    note: 'The consortium was dissolved',
    citation: MC2353,
  });
  await say('wording', {
    title: 'Human mobility indicators and a Research Guide',
    reportedOn: '2013-02-02',
    citation: MC2353,
  });
  const named = await say('evidence', {
    title: 'Receipt',
    reportedOn: '2013-02-03',
    note: 'Handed over by Jane Doe',
    citation: MC2353,
  });
  await say('history/3/correct', {
    says: { effective: '2011-06', note: 'Research Guide issued in June 2011' },
    reason: 'The guide says that it came out in June 2011',
    citation: MC2353,
  });
  await say('history/0/correct', {
    says: { title: 'ACP human mobility indicators', strength: 'intended' },
    reason: 'Copied from the wrong line',
  });
  await say('history/0/retract', { item: '/deliverables/0', reason: 'The indicators are part of the guide' });
  await say(`history/${wrong.revision}/retract`, { reason: 'It was said of another observatory' });
  await say(`history/${named.revision}/blank`, { fields: ['/note'], reason: 'It named a person' });
}

/** A statement that was corrected twice, a note that was added later, and a record whose title had to go. */
export async function reconsidered(post: Post): Promise<void> {
  const inquiry = (act: string, body: object) => post(`commitments/DESA-2006-108/${act}`, body, null);
  const { revision } = await inquiry('stage', {
    stage: 'in_progress',
    effective: '2011',
    reportedOn: '2013-03-01',
    note: 'A tenth inquiry',
    citation: MC2353,
  });
  await inquiry(`history/${revision}/correct`, { says: { effective: '2012' }, reason: 'It began in 2012' });
  await inquiry(`history/${revision}/correct`, {
    says: { effective: '2013', note: 'A tenth inquiry was sent out' },
    reason: 'It was announced in 2012 and began in 2013',
  });
  await post(
    'commitments/ILO-2006-102/history/0/blank',
    { fields: ['/title', '/summary'], reason: 'It named a person' },
    null,
  );
}

/** Records that ended: merged, split, superseded, withdrawn; and relations told by others. */
export async function lineage(post: Post): Promise<void> {
  await post(
    'commitments/UNDP-2006-113/merge',
    {
      into: 'UNDP-2007-04',
      reason: 'Recorded twice, from two passages of the same paper',
      takeOver: { themes: ['HLD06-10'] },
      citation: WP204('lines 2321 and 2702'),
      reportedOn: '2013-03-01',
    },
    null,
  );
  await post(
    'commitments/IOM-2004-06/split',
    {
      into: ['UNSG-2007-01', 'IOM-2011-02'],
      reason: 'The founding and the work are two things',
      reportedOn: '2013-03-02',
    },
    null,
  );
  await post(
    'commitments/UNITAR-2006-103/supersede',
    { supersededBy: 'IOM-2011-23', reason: 'The yearly training took its place', reportedOn: '2013-03-03' },
    null,
  );
  await post(
    'commitments/UNHCR-2006-111/withdraw',
    { reason: 'It was never undertaken by this agency', reportedOn: '2013-03-04' },
    null,
  );
  await post(
    'commitments/IOM-2006-02/relations',
    { type: 'depends_on', to: 'IOM-2011-01', reportedOn: '2013-03-05', citation: MC2353 },
    null,
  );
}

/** Conditions, contradicting sources, editions and upkeep. */
export async function inDetail(post: Post): Promise<void> {
  await post(
    'commitments/IOM-2006-21/condition/lift',
    { liftedOn: '2007-03', liftedBy: 'Switzerland’s grant was signed', reportedOn: '2013-03-01', citation: MC2353 },
    null,
  );
  const held = (says: string, lines: string) =>
    post(
      'commitments/OHRLLS-2007-01/claims',
      { about: 'held-on', says, reportedOn: '2013-03-01', citation: WP204(lines) },
      null,
    );
  await held('8–9 February 2006', 'line 349');
  await held('9–10 February 2006', 'lines 1616-1625');
  const meeting = (body: object) => post('commitments/DESA-2007-01/editions', body, 'DESA');
  await meeting({
    title: 'Fourth Coordination Meeting',
    held: '2005-10-26',
    until: '2005-10-27',
    reportedOn: '2013-03-01',
  });
  await meeting({
    title: 'Fifth Coordination Meeting',
    held: '2006-11-20',
    until: '2006-11-21',
    nextDue: '2007-10',
    evidence: [{ title: 'Report of the meeting', date: '2007', url: 'https://example.org/wp204' }],
    citation: WP204('lines 223-227'),
    reportedOn: '2013-03-01',
  });
  const upkeep = (body: object) => post('commitments/IOM-2011-10/upkeep', body, 'ACP');
  await upkeep({ period: '2011', keptUp: true, reportedOn: '2013-03-01', evidence: [{ title: 'Annual report 2011' }] });
  await upkeep({ period: '2012', keptUp: false, note: 'The secretariat had no staff', reportedOn: '2013-03-01' });
}

/** The ends of agencies. */
export async function agencies(post: Post): Promise<void> {
  const merger = { into: 'UN-WOMEN', effective: '2010-07', reason: 'Consolidated into UN-Women by A/RES/64/289' };
  await post('agencies/UNIFEM/merge', merger, null);
  await post('agencies/INSTRAW/merge', merger, null);
  await post('agencies/OIC/rename', { name: 'Organisation of Islamic Cooperation', effective: '2011-06-28' }, null);
  await post('agencies/WORLD-BANK/leave', { body: 'GMG', to: '2012' }, null);
}

/** Every other act, so that the history has words for each. */
export async function everyOtherAct(post: Post): Promise<void> {
  const say = (act: string, body: object, agency: string | null = 'IOM') =>
    post(`commitments/IOM-2006-05/${act}`, body, agency);
  const on = (day: number) => `2013-04-${String(day).padStart(2, '0')}`;
  const offer = (day: number) => ({
    to: 'ILO',
    effective: '2013-05',
    reason: 'It has the network',
    reportedOn: on(day),
  });
  await say('agencies', { agency: 'OECD', role: 'partner', reportedOn: on(1) });
  await say('agencies/OECD/accept', { reportedOn: on(2) }, 'OECD');
  await say('agencies/OECD/role', { role: 'co_lead', reportedOn: on(3) }, null);
  await say('agencies/OECD/remove', { reportedOn: on(4) });
  await say('lead-transfer', offer(5));
  await say('lead-transfer/decline', { reason: 'Not this year', reportedOn: on(6) }, 'ILO');
  await say('lead-transfer', offer(7));
  await say('lead-transfer/withdraw', { reason: 'It was too early', reportedOn: on(8) });
  await say('lead-transfer', offer(9));
  await say('lead-transfer/accept', { reportedOn: on(10) }, 'ILO');
  await say('themes', { themes: ['HLD06-15'], reportedOn: on(11) }, null);
  await say('target', { date: '2014', reportedOn: on(12) }, null);
  await say('milestones', { title: 'Network founded', due: '2013-12', reportedOn: on(13) }, null);
  await say('milestones/1/reschedule', { due: '2014-03', reportedOn: on(14) }, null);
  await say('milestones', { title: 'Website', reportedOn: on(15) }, null);
  await say('milestones/2/drop', { note: 'There are enough', reportedOn: on(16) }, null);
  await say('milestones/1/reach', { reachedOn: '2013-04', reportedOn: on(17) }, null);
  await say('wording', { condition: 'where universities take part', reportedOn: on(18) }, null);
}
