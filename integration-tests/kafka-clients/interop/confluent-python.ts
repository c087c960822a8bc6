import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../tools/cli/project-root';
import { findProgram } from '../../../tools/dev/find-program';
import { runProgram } from '../../../tools/dev/run-program';
import { UnavailableClientError, type InteropClient, type InteropProgram } from './interop-client';

const DEFAULT_VERSION = '2.16.1';

/** Confluent's client for Python, from PyPI, with the librdkafka it brings along. */
export const confluentPython: InteropClient = {
  name: 'confluent-python',
  summary: "Confluent's client for Python (confluent-kafka)",
  prepare: async ({ directory, version = DEFAULT_VERSION, note }): Promise<InteropProgram> => {
    const python = findProgram('python3', process.env);
    if (!python) throw new UnavailableClientError('this machine has no python3');
    const packages = join(directory, version);
    if (!existsSync(join(packages, 'confluent_kafka'))) {
      note(`Installing confluent-kafka ${version} with pip`);
      const { code, output } = await runProgram(
        python,
        ['-m', 'pip', 'install', '--target', packages, `confluent-kafka==${version}`],
        { env: process.env },
      );
      if (code !== 0) throw new UnavailableClientError(`pip cannot install it:\n${output}`);
    }
    const script = join(
      projectRoot(),
      'integration-tests/kafka-clients/interop/python/confluent_interop.py',
    );
    return {
      version,
      program: python,
      args: [script],
      env: { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
      checks: ['admin', 'codecs', 'groups', 'failover'],
    };
  },
};
