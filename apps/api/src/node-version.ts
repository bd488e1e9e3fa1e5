// Imported first by every entry point: native modules are built for the versions named in package.json; and what was compiled
// once is kept, in the folder of temporary files, for the next start.
import * as nodeModule from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `Followthrough needs Node 22.12 or newer; this is ${process.version}. Start it through npm, which brings its own.`,
  );
  process.exit(1);
}
nodeModule.enableCompileCache?.();
