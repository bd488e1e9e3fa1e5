/**
 * Imported first by every entry point: refuses a version of Node that native modules are not built for, and keeps compiled code
 * for the next start, in the folder of temporary files.
 */
import * as nodeModule from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `Followthrough needs Node 22.12 or newer; this is ${process.version}. Start it through npm, which brings its own.`,
  );
  process.exit(1);
}
nodeModule.enableCompileCache?.();
