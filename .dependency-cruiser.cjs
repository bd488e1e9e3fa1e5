// Who may know whom. test/architecture/rules.process.spec.ts proves that every rule bites; `npm run check`, that the tree breaks none.

const stores = '^libs/event-store-[^/]+/';
const domain = '^libs/(?:words|registers|commitments|bodies|acts|progress|charts|reports|rounds|open|feed)/';
const core = '^libs/eventsourcing/';
const databases = '^libs/databases/';
const kindsOfReports = '^libs/reports/src/(?:agency|theme|forum|synthesis|register)\\.ts$';
const formatsOfReports = '^libs/reports/src/(?:csv|docx[-a-z]*|html|json|markdown|pdf|xlsx)\\.tsx?$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Nothing depends on itself by a detour …',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-type-cycles',
      comment:
        '… not even for a type. The topics of the commitment are one aggregate: each knows the type of the whole.',
      severity: 'error',
      from: { pathNot: '^libs/commitments/src/' },
      to: { circular: true, via: { dependencyTypes: ['type-only'] } },
    },
    {
      name: 'through-the-front-door',
      comment: 'A library is imported by its #name, which is its index.ts; the test kits stand in testing/.',
      severity: 'error',
      from: { path: '^(?:apps|libs|test|bench)/([^/]+)' },
      to: {
        path: '^libs/',
        pathNot: ['^libs/$1/', '^libs/[^/]+/src/testing/'],
        dependencyTypesNot: ['aliased-subpath-import'],
      },
    },
    {
      name: 'test-kits-are-for-tests',
      comment: 'What stands in testing/ is not part of the program.',
      severity: 'error',
      from: { pathNot: '\\.spec\\.tsx?$|/testing/|^(?:test|bench)/' },
      to: { path: '^libs/[^/]+/src/testing/' },
    },
    {
      name: 'core-knows-nobody',
      comment: 'The core of event sourcing knows nothing of ours, and nothing of Nest.',
      severity: 'error',
      from: { path: core },
      to: { path: '^(?:apps|libs)/|node_modules/@nestjs/', pathNot: core },
    },
    {
      name: 'clocks-know-nobody',
      comment: 'The clock rules are pure: they know nothing but a calendar and what was computed before.',
      severity: 'error',
      from: { path: '^libs/clocks/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^libs/clocks/', 'node_modules/(?:temporal-polyfill|lru-cache)/'] },
    },
    {
      name: 'text-and-search-are-pure',
      comment: 'Text and search know no store, no Nest and no domain: what stems and folds words, and each other.',
      severity: 'error',
      from: { path: '^libs/(?:text|search)/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^libs/(?:text|search)/', 'node_modules/(?:any-ascii|porter2|@orama/stemmers)/'] },
    },
    {
      name: 'stores-know-only-the-core',
      comment: 'A store is an adapter of a port of the core; how databases are opened and waited for is said once.',
      severity: 'error',
      from: { path: '^libs/(event-store-[^/]+|databases)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(?:apps|libs)/', pathNot: [core, databases, '^libs/$1/'] },
    },
    {
      name: 'platform-knows-no-domain',
      comment: 'What every context uses knows none of them.',
      severity: 'error',
      from: { path: '^libs/(platform|access|drafts|mail)/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: '^(?:apps|libs)/',
        pathNot: [core, databases, '^libs/(?:clocks|platform|words|text|search|tables)/', '^libs/$1/'],
      },
    },
    {
      name: 'domain-knows-no-adapter',
      comment: 'The domain knows no store, no access and no application.',
      severity: 'error',
      from: { path: domain, pathNot: '\\.spec\\.tsx?$' },
      to: { path: [stores, '^libs/access/', '^apps/', 'node_modules/better-sqlite3/'] },
    },
    {
      name: 'rules-are-pure',
      comment:
        'The rules of the domain know neither Nest nor the declarations of bodies, only their types: they load in an instant.',
      severity: 'error',
      from: { path: '^libs/(?:words|clocks|commitments|registers)/', pathNot: '\\.spec\\.ts$|/testing/' },
      to: {
        path: '^libs/(?:platform|bodies|acts|progress)/|node_modules/(?:@nestjs|class-validator|class-transformer|reflect-metadata|rxjs)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'kinds-of-reports-are-known-to-their-list',
      comment: 'So no format knows one, and a new kind needs none …',
      severity: 'error',
      from: { path: '^libs/', pathNot: [kindsOfReports, '^libs/reports/src/reports(?:\\.controller)?\\.ts$'] },
      to: { path: kindsOfReports },
    },
    {
      name: 'formats-of-reports-are-known-to-their-list',
      comment: '… as no kind knows a format.',
      severity: 'error',
      from: { path: '^libs/', pathNot: [formatsOfReports, '^libs/reports/src/formats\\.ts$', '\\.spec\\.ts$'] },
      to: { path: formatsOfReports },
    },
    {
      name: 'libraries-know-no-application',
      comment: 'Applications use libraries, never the other way round.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-strangers',
      comment: 'What the program imports exists, and is one of the dependencies in package.json.',
      severity: 'error',
      from: { path: '^(?:apps|libs)/', pathNot: '\\.spec\\.tsx?$|/testing/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/architecture/fixtures/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
    },
  },
};
