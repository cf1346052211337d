// Everything that `npm start`, `npm test` and `npm run bench` need before they can do anything.
import { build } from './build.mjs';
import { assertRoot, installDebianPackages } from './debian-packages.mjs';
import { installDependencies } from './toolchain.mjs';

/** @param purpose `start` or `test`. @throws Error that says what to do. */
export function setUp(purpose, say) {
  assertRoot();
  installDependencies(say);
  installDebianPackages(purpose, say);
  build(say);
}
