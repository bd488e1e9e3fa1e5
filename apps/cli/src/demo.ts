/** The demo: the server with the real follow-up, and fresh tokens. */
import { AccessStore } from '#access';
import { openLog } from '../../api/src/app.module.js';
import { closeOnSignal, refuseBusyPort, startServer } from '../../api/src/server.js';
import type { Settings } from '../../api/src/settings.js';
import { importFolder } from './imports.js';
import { demoLink, LINK_MINUTES } from './sign-in.js';

const DEMO_LABEL = 'demo';
/** The words of the data are quoted from papers of others, which say nothing of a licence. */
const DEMO_TERMS = `  The data is quoted from papers of IOM and the United Nations, under their terms.
  It states no licence; if you publish data of your own, set DATA_LICENCE.
`;

/** @param folder the data of the demo */
export async function demo(settings: Settings, folder: string): Promise<void> {
  await refuseBusyPort(settings);
  const { store } = await openLog(settings);
  const empty = (await store.head()) === null;
  await store.close();
  if (!(await importFolder(settings, folder, false))) {
    if (empty) throw new Error(`${folder} cannot be imported.`);
    console.log('What the demo imported was worked on since, so it starts with what is there.');
  }
  const app = await startServer({ ...settings, demo: true }, { onBuilt: (built) => closeOnSignal(built, settings) });
  const access = app.get(AccessStore);
  await access.revoke(DEMO_LABEL);
  const [secretariat, iom] = [
    await access.create(null, DEMO_LABEL, undefined, { demo: true }),
    await access.create('IOM', DEMO_LABEL, undefined, { demo: true }),
  ];
  const links = [
    await demoLink(settings, access, 'Demo, secretariat', 'secretariat', null),
    await demoLink(settings, access, 'Demo, focal point of IOM', 'focal_point', 'IOM'),
  ];
  console.log(`
  Followthrough is running. Ctrl-C ends it.

  Pages              ${settings.publicUrl}
  API documentation  ${settings.publicUrl}/docs

  Secretariat token      ${secretariat.token}
  IOM focal point token  ${iom.token}

  To sign in, once, in the next ${LINK_MINUTES} minutes:
  as the secretariat         ${links[0]}
  as the focal point of IOM  ${links[1]}

${settings.dataLicence ? '' : DEMO_TERMS}`);
}
