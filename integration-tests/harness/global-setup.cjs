/** Runs once before the integration tests: they drive the built product, so it must be built. */
const { existsSync } = require('node:fs');
const { join } = require('node:path');

module.exports = async () => {
  if (!existsSync(join(__dirname, '..', '..', 'dist', 'broker'))) {
    throw new Error('The integration tests run the built product: run `npm run build` first.');
  }
};
