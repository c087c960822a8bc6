import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../../tools/cli/project-root';
import { hasLibrdkafka } from '../../../tools/dev/compile-client';
import { findProgram } from '../../../tools/dev/find-program';
import { runProgram } from '../../../tools/dev/run-program';
import { UnavailableClientError, type InteropClient, type InteropProgram } from './interop-client';

const DEFAULT_VERSION = '3.6.1';

/** librdkafka's binding for Node, from npm, built against the system's librdkafka. */
export const nodeRdkafka: InteropClient = {
  name: 'node-rdkafka',
  summary: "node-rdkafka on the system's librdkafka",
  prepare: async ({ directory, version = DEFAULT_VERSION, note }): Promise<InteropProgram> => {
    if (!hasLibrdkafka(process.env) || !findProgram('g++', process.env)) {
      throw new UnavailableClientError('this machine has no g++ or no librdkafka-dev');
    }
    const home = join(directory, version);
    const modules = join(home, 'node_modules');
    if (!existsSync(join(modules, 'node-rdkafka'))) {
      note(`Installing node-rdkafka ${version} with npm, which compiles it`);
      const { code, output } = await runProgram(
        'npm',
        ['install', '--prefix', home, '--no-save', `node-rdkafka@${version}`],
        { env: { ...process.env, ...buildSettings() } },
      );
      if (code !== 0) throw new UnavailableClientError(`npm cannot install it:\n${output}`);
    }
    const script = join(
      projectRoot(),
      'integration-tests/kafka-clients/interop/node/node-rdkafka.cjs',
    );
    return {
      version,
      program: process.execPath,
      args: [script],
      env: { NODE_PATH: modules },
      checks: ['codecs', 'failover'],
    };
  },
};

/** Node's headers are taken from beside node, where they are, and fetched otherwise. */
function buildSettings(): NodeJS.ProcessEnv {
  const installation = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(installation, 'include', 'node', 'node.h'));
  return { BUILD_LIBRDKAFKA: '0', ...(hasHeaders && { npm_config_nodedir: installation }) };
}
