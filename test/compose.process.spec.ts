import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { program } from '../apps/cli/src/program.js';
import { AccessStore } from '#access';
import { settingsFrom } from '../apps/api/src/settings.js';
import { HAS_POSTGRES, PostgresServer } from './support/postgres.js';
import { TestServer } from './support/server.js';

/** The content of a compose file, as far as it is looked at here. */
interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const read = (name: string): string => readFileSync(join('docker', name), 'utf8');
const [EXAMPLE, DOCKERFILE, PROXY] = [read('.env.example'), read('Dockerfile'), read('haproxy.cfg')];
const examples = new Set([...EXAMPLE.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name));

/** Every variable that the settings ask for. */
const settings = new Set<string>();
settingsFrom(new Proxy({}, { get: (_, name) => void settings.add(String(name)) }));

/** The paths that a server answers without being asked for anything else. */
const ROUTES = [...readFileSync('apps/api/src/operations.controller.ts', 'utf8').matchAll(/@Get\('([^']+)'\)/g)].map(
  ([, path]) => `/${path}`,
);
const VERBS = program().commands.map((command) => command.name());
/** The role by which servers come in to PostgreSQL. */
const ROLE = 'followthrough';
const isOurs = ({ image }: Service) => image?.startsWith('followthrough:') ?? false;

/** The faults of a compose file; the tests below say which words it may hold. */
function faultsOf(text: string): string[] {
  const { services, volumes } = parse(text, { merge: true }) as Compose;
  const all = Object.entries(services);
  const published = all.flatMap(([name, { ports }]) =>
    (ports ?? []).map((port) => [name, port.split(':')[0]!] as const),
  );
  return [
    ...[...text.matchAll(/\$\{([A-Z_]+)/g)]
      .filter(([, name]) => !examples.has(name))
      .map(([, name]) => `${name} is not in .env.example`),
    ...[...text.matchAll(/^.*(?:PASSWORD|:\/\/[^/\s]*@).*$/gm)]
      .filter(([line]) => !/\$\{\w+PASSWORD:\?/.test(line) && !line.startsWith('#'))
      .map(([line]) => `a secret stands in ${line.trim()}`),
    ...published
      .filter(([, port], i) => published.findIndex(([, other]) => other === port) !== i)
      .map(([name, port]) => `${name}: ${port} is taken`),
    ...[...text.matchAll(/postgres:\/\/(\w+):/g)]
      .filter(([, role]) => role !== ROLE)
      .map(([, role]) => `a server comes in as ${role}`),
    ...all
      .filter(([, { environment }]) => environment?.['POSTGRES_USER'] === ROLE)
      .map(([name]) => `${name}: ${ROLE} is the owner of all`),
    ...all.flatMap(([name, service]) => {
      const { image = '', environment = {}, depends_on = {}, healthcheck, command = [], entrypoint = [] } = service;
      const tag = /:(?:\$\{\w+:-)?([^:}/]+)\}?$/.exec(image)?.[1];
      const mounted = (service.volumes ?? []).map((volume) => volume.split(':')[0]!);
      const verbs = [...entrypoint, ...command];
      const verb = verbs[verbs.indexOf('dist/program/cli.js') + 1];
      const paths = [...JSON.stringify(healthcheck?.test ?? []).matchAll(/:(?:3000|8080)(\/[\w/]+)/g)];
      const once = Object.values(services).some(
        (other) => other.depends_on?.[name]?.condition === 'service_completed_successfully',
      );
      return [
        ...(!/^\d+\.\d+/.test(tag ?? '') ? [`${name}: ${image} is not pinned by version`] : []),
        ...(isOurs(service)
          ? Object.keys(environment)
              .filter((key) => !settings.has(key))
              .map((key) => `${name}: there is no setting ${key}`)
          : []),
        ...Object.entries(depends_on).flatMap(([other, { condition }]) =>
          !services[other]
            ? [`${name}: there is no ${other}`]
            : condition === 'service_healthy' && !services[other].healthcheck?.test && !isOurs(services[other])
              ? [`${name}: ${other} has no health check`]
              : [],
        ),
        ...paths.filter(([, path]) => !ROUTES.includes(path!)).map(([, path]) => `${name}: there is no ${path}`),
        ...(verbs.includes('dist/program/cli.js') && verb !== '--help' && !VERBS.includes(verb!)
          ? [`${name}: there is no verb ${verb}`]
          : []),
        ...mounted
          .filter((volume) => volume.startsWith('./') && !existsSync(join('docker', volume)))
          .map((volume) => `${name}: there is no file ${volume}`),
        ...mounted
          .filter((volume) => !volume.startsWith('.') && !(volume in volumes))
          .map((volume) => `${name}: there is no volume ${volume}`),
        ...(once || service.restart ? [] : [`${name}: nothing is said of restarting it`]),
        ...(once || service.stop_grace_period ? [] : [`${name}: it is given no time to end`]),
        ...(once || isOurs(service) || healthcheck ? [] : [`${name}: it has no health check`]),
      ];
    }),
  ];
}

const compose = ['docker compose', 'docker-compose'].find((command) => {
  const [name, ...args] = command.split(' ');
  return spawnSync(name!, [...args, 'version'], { stdio: 'ignore' }).status === 0;
});
const proxy = ['/usr/sbin/haproxy', 'haproxy'].find((name) => spawnSync(name, ['-v']).status === 0);

describe.each(['compose.yaml', 'compose.single.yaml'])('docker/%s', (file) => {
  const text = read(file);
  const { services } = parse(text, { merge: true }) as Compose;

  it('has every image pinned, every variable known, every name and path there, and no secret in it', () => {
    expect(faultsOf(text)).toEqual([]);
  });

  it('would be found out if not (a control)', () => {
    const broken: [RegExp, string, RegExp][] = [
      [/postgres:18\.4/, 'postgres:latest', /postgres:latest is not pinned/],
      [/ACCESS_URL/g, 'ACESS_URL', /no setting ACESS_URL/],
      [/\$\{PUBLIC_URL/g, '${PUBLIC_ADDRESS', /PUBLIC_ADDRESS is not in/],
      [/\$\{POSTGRES_PASSWORD[^}]*\}/, 'hunter2', /a secret stands in .*hunter2/],
      [/followthrough:\$\{FOLLOWTHROUGH_DB_PASSWORD/, 'postgres:${POSTGRES_PASSWORD', /comes in as postgres/],
      [/POSTGRES_DB:/, 'POSTGRES_USER: followthrough\n      POSTGRES_DB:', /followthrough is the owner/],
      [/\.\/postgres-roles\.sql/, './roles.sql', /no file \.\/roles\.sql/],
      [/postgres: \{ condition/, 'postgrs: { condition', /there is no postgrs/],
      [/postgres:\/var/, 'elsewhere:/var', /there is no volume elsewhere/],
      [/stop_grace_period: 60s/, '', /given no time to end/],
      [/restart: unless-stopped/g, '', /nothing is said of restarting/],
      ...(file === 'compose.yaml'
        ? ([
            [/'--help'/, "'projekt'", /no verb projekt/],
            [/8080\/health\/live/, '8080/health/alive', /no \/health\/alive/],
          ] as [RegExp, string, RegExp][])
        : []),
    ];
    for (const [what, instead, fault] of broken)
      expect(faultsOf(text.replace(what, instead))).toContainEqual(expect.stringMatching(fault));
  });

  it('lets a server drain and finish before it is killed', () => {
    for (const { environment, stop_grace_period } of Object.values(services).filter(isOurs))
      expect(Number.parseInt(stop_grace_period!, 10) * 1_000).toBeGreaterThan(
        Number(environment?.['DRAIN_MS'] ?? 250) + 15_000,
      );
  });

  (compose ? describe : describe.skip)(`Compose itself${compose ? '' : ' (skipped: it is not installed here)'}`, () => {
    it('accepts it, and not without the passwords', () => {
      const folder = mkdtempSync(join(tmpdir(), 'compose-'));
      writeFileSync(join(folder, 'env'), EXAMPLE.replaceAll(/PASSWORD=$/gm, 'PASSWORD=secret'));
      const [name, ...args] = compose!.split(' ');
      const config = (env: string) =>
        spawnSync(name!, [...args, '--env-file', join(folder, env), '-f', join('docker', file), 'config'], {
          encoding: 'utf8',
        });
      expect(config('env')).toMatchObject({ status: 0 });
      writeFileSync(join(folder, 'unset'), EXAMPLE);
      expect(config('unset').stderr).toMatch(/PASSWORD.*set it in docker\/\.env/s);
    });
  });
});

describe('docker/Dockerfile', () => {
  it('starts the server, and has what the command line needs', () => {
    const { start } = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } }).scripts;
    expect(start).toMatch(/^node (--[\w=-]+ )*dist\/program\/server\.js$/);
    expect(DOCKERFILE).toContain(`\nCMD ${JSON.stringify(start.split(' ')).replaceAll(',', ', ')}\n`);
    expect(DOCKERFILE).not.toMatch(/^ENTRYPOINT/m);
    expect(DOCKERFILE).toMatch(/^COPY --from=build \/app\/dist \.\/dist$/m);
  });

  it('asks a path that there is whether it is well, and every image in it is pinned', () => {
    const [, path] = /127\.0\.0\.1:\$\{process\.env\.PORT\}(\/[\w/]+)/.exec(DOCKERFILE)!;
    expect(ROUTES).toContain(path);
    const images = [...DOCKERFILE.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(images.filter((image) => !/:\d+\.\d+/.test(image!))).toEqual([]);
  });
});

describe('docker/haproxy.cfg', () => {
  const { services } = parse(read('compose.yaml'), { merge: true }) as Compose;

  it('sends requests to every server that there is, where it listens, and asks whether it is ready', () => {
    const servers = [...PROXY.matchAll(/^ {2}server \S+ (\S+):(\d+)$/gm)].map(([, host, port]) => `${host}:${port}`);
    const api = Object.keys(services).filter((name) => name.startsWith('api'));
    expect(new Set(servers)).toEqual(new Set(api.map((name) => `${name}:3000`)));
    const checks = [...PROXY.matchAll(/option httpchk GET (\S+)/g)].map(([, path]) => path);
    expect(checks.length).toBe([...PROXY.matchAll(/^backend /gm)].length);
    expect(checks.filter((path) => !ROUTES.includes(path!))).toEqual([]);
  });

  (proxy ? describe : describe.skip)(`HAProxy itself${proxy ? '' : ' (skipped: it is not installed here)'}`, () => {
    it('accepts it', () => {
      const folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
      const check = (text: string) => {
        writeFileSync(join(folder, 'haproxy.cfg'), text);
        return execFileSync(proxy!, ['-c', '-f', join(folder, 'haproxy.cfg')], { stdio: 'pipe' });
      };
      expect(() => check(PROXY)).not.toThrow();
      expect(() => check(PROXY.replace('balance leastconn', 'balance leastcon'))).toThrow(/leastcon/);
    });
  });
});

(HAS_POSTGRES ? describe : describe.skip)(
  `docker/postgres-roles.sql${HAS_POSTGRES ? '' : ' (skipped: npm has no PostgreSQL here)'}`,
  () => {
    it('makes a role by which a server keeps and reads everything, and may do nothing beside that', async () => {
      const postgres = await PostgresServer.shared();
      const [database, role] = [await postgres.newDatabase(), `role_${process.pid}`];
      const statements = read('postgres-roles.sql')
        .replace(/^\\getenv .*$/m, '')
        .replace(":'password'", "'secret'")
        .replaceAll(/(ROLE|TO|AUTHORIZATION) followthrough\b/g, `$1 ${role}`)
        .replaceAll('DATABASE followthrough', `DATABASE ${database}`);
      await postgres.sql(statements, [], database);
      const url = postgres.url(database).replace(/\/\/[^@]*@/, `//${role}:secret@`);
      const stores = { LOG_URL: url, ACCESS_URL: url, DRAFTS_URL: url, WEBHOOKS_URL: url };
      const server = await TestServer.start([], stores);
      try {
        const { token } = await server.app.get(AccessStore).create(null, 'test');
        const done = await server.post('/v1/agencies', { code: 'IOM', name: 'IOM', kind: 'igo' }, token);
        const hook = await server.post('/v1/webhooks', { url: 'https://example.org/hook' }, token);
        expect([done.status, hook.status, (await server.get('/health/ready')).status]).toEqual([201, 201, 200]);
      } finally {
        await server.close();
      }
      const [may] = await postgres.sql(
        `SELECT has_database_privilege($1, current_database(), 'CREATE') AS creates, rolsuper, rolcreatedb, rolcreaterole,
           has_schema_privilege($1, 'public', 'USAGE') AS uses, pg_get_userbyid(datdba) = $1 AS owns
         FROM pg_roles, pg_database WHERE rolname = $1 AND datname = current_database()`,
        [role],
        database,
      );
      const none = { creates: false, rolsuper: false, rolcreatedb: false, rolcreaterole: false, uses: false };
      expect(may).toEqual({ ...none, owns: false });
    });
  },
);
