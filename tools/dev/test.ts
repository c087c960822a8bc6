#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeError } from '../../client/runtime/error';
import type { Colours } from '../cli/colours';
import { colours } from '../cli/colours';
import { projectRoot } from '../cli/project-root';
import { findLocalZookeeper } from '../zookeeper/find-zookeeper';
import { findPython } from './find-python';
import { ensureKafkaClients } from './kafka-clients';
import type { JestReport } from './test-counts';
import { countsLine } from './test-counts';

interface Check {
  readonly heading: string;
  readonly program: string;
  readonly args: readonly string[];
}

const root = projectRoot();
const reportFile = join(root, '.cache', 'jest-report.json');

const npmScript = (heading: string, script: string): Check => ({
  heading,
  program: 'npm',
  args: ['run', '--silent', script],
});

const STATIC_CHECKS: readonly Check[] = [
  npmScript('Format (prettier)', 'check:format'),
  npmScript('Lint (eslint)', 'lint'),
  npmScript('Types (tsc)', 'check:types'),
  npmScript('Who may know whom (dependency-cruiser)', 'check:deps'),
];

/**
 * `npm test [-- jest arguments]`: sees that what the tests need is on the machine, then runs all
 * checks and tests. With arguments only the tests they choose, without the checks.
 */
async function main(jestArguments: readonly string[]): Promise<number> {
  const began = performance.now();
  const paint = colours(process.stdout, process.env);
  mkdirSync(dirname(reportFile), { recursive: true });
  rmSync(reportFile, { force: true });
  const env = await testEnvironment(paint);
  const failures: string[] = [];
  const staticChecks = jestArguments.length > 0 ? [] : STATIC_CHECKS;
  // Each of them keeps one core busy; together they take half of the time.
  const passed = await Promise.all(staticChecks.map((check) => passesAside(check, env, paint)));
  staticChecks.forEach((check, index) => passed[index] || failures.push(check.heading));
  const jest = tests(jestArguments);
  if (!(await passes(jest, env, paint))) failures.push(jest.heading);
  const report = readReport();
  console.log('');
  for (const heading of failures) console.log(paint.red(`✖ ${heading}`));
  if (report !== null) console.log(countsLine(report, performance.now() - began));
  return failures.length === 0 && report !== null ? 0 : 1;
}

function tests(jestArguments: readonly string[]): Check {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const json = ['--json', `--outputFile=${reportFile}`];
  return {
    heading: 'Tests (jest)',
    program: process.execPath,
    args: [jest, ...json, ...jestArguments],
  };
}

/** The tests start and kill servers of their own, so they need ZooKeeper's jars, not an address. */
async function testEnvironment(paint: Colours): Promise<NodeJS.ProcessEnv> {
  const env = process.env;
  const report = (line: string): void => console.log(paint.dim(`  ${line}`));
  heading('Setting up', paint);
  if (env.ZOOKEEPER_CONNECT) {
    report('ZOOKEEPER_CONNECT is set, but the tests of zk-coordination and of the broker start,');
    report(
      'kill and restart ZooKeepers of their own: they need java and ZooKeeper on this machine.',
    );
  }
  const { java, classpath } = await findLocalZookeeper({ env, report });
  report(`ZooKeeper: ${classpath}, run by ${java}`);
  const python = await findPython({ env, report });
  report(
    python === null
      ? 'No Python 3 with msgpack (Debian: python3-msgpack): the test of the Python client skips.'
      : `Python with msgpack: ${python}`,
  );
  const lacking = await ensureKafkaClients({ env, report });
  report(
    lacking.length > 0
      ? `No ${lacking.join(', no ')}: tests of Kafka's clients in C skip.`
      : 'kcat, and librdkafka with gcc, for the tests of real Kafka clients.',
  );
  const { KAFKA_CLASSIC_PYTHON: _given, ...rest } = env;
  const found = { JAVA: java, ZOOKEEPER_CLASSPATH: classpath };
  return { ...rest, ...found, ...(python === null ? {} : { KAFKA_CLASSIC_PYTHON: python }) };
}

/** Runs a check on this terminal. */
async function passes(check: Check, env: NodeJS.ProcessEnv, paint: Colours): Promise<boolean> {
  const began = performance.now();
  heading(check.heading, paint);
  const code = await runCheck(check, env);
  return verdict(code, began, paint);
}

/** Runs a check beside others and tells what it said when it is over. */
async function passesAside(check: Check, env: NodeJS.ProcessEnv, paint: Colours): Promise<boolean> {
  const began = performance.now();
  let output = '';
  const code = await runCheck(check, env, (text) => (output += text));
  heading(check.heading, paint);
  process.stdout.write(output);
  return verdict(code, began, paint);
}

function verdict(code: number, began: number, paint: Colours): boolean {
  const took = paint.dim(`(${((performance.now() - began) / 1000).toFixed(1)} s)`);
  console.log(`${code === 0 ? paint.green('✔ passed') : paint.red('✖ failed')} ${took}`);
  return code === 0;
}

function heading(text: string, paint: Colours): void {
  console.log(`\n${paint.bold(`── ${text}`)}`);
}

/** @param onOutput takes the output; without it it goes to this terminal */
function runCheck(
  { program, args }: Check,
  env: NodeJS.ProcessEnv,
  onOutput?: (text: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stdio = onOutput ? 'pipe' : 'inherit';
    const child = spawn(program, args, { cwd: root, env, stdio });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => onOutput?.(bytes.toString()));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function readReport(): JestReport | null {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport;
  } catch {
    return null;
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`Error: ${describeError(error)}`);
    process.exit(1);
  },
);
