/** The headers by which browsers guard a page; every answer has them. */
import helmet from '@fastify/helmet';
import fastify from 'fastify';

/** Nothing of an answer is shown as anything else; a page says more of itself (`rendering.tsx`). */
const DENY_ALL = { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] };

const TWO_YEARS_S = 63_072_000;

/**
 * The headers of @fastify/helmet, asked once: each of its middlewares anew for every request would cost a fifth of an act.
 * @param isSecure whether it is reached over https
 */
export async function guardingHeaders(isSecure: boolean): Promise<Readonly<Record<string, string>>> {
  const asked = fastify();
  await asked.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: DENY_ALL },
    strictTransportSecurity: isSecure && { maxAge: TWO_YEARS_S, includeSubDomains: false },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    // Headers that guard older browsers, or parts of a host against each other.
    ...{
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xPermittedCrossDomainPolicies: false,
      xXssProtection: false,
    },
    ...{ originAgentCluster: false, xPoweredBy: false },
  });
  asked.get('/', () => '');
  const { headers } = await asked.inject('/');
  await asked.close();
  const own = new Set(['content-type', 'content-length', 'date', 'connection']);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (own.has(name) ? [] : [[name, String(value)]])),
  );
}
