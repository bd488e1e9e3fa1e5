// Installs and builds missing or outdated parts, in one process: a command that needs neither begins at once.
import './install.mjs';
import { build } from './build.mjs';

process.exit(await build());
