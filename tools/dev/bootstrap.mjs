/**
 * `node tools/dev/bootstrap.mjs <start|stop|test> [arguments]`: what `npm start`, `npm stop` and
 * `npm test` run. Needs nothing but Node: brings the dependencies and the build up to date, then
 * hands over to dist/tools/dev/<command>.js.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const COMMANDS = ['start', 'stop', 'test'];
const SOURCE_FOLDERS = ['broker', 'client', 'tools', 'zk-coordination', 'integration-tests'];
const MIN_NODE = 20;
const root = fileURLToPath(new URL('../..', import.meta.url));
const inRoot = (...parts) => join(root, ...parts);

const [command, ...args] = process.argv.slice(2);
if (!COMMANDS.includes(command)) {
  fail(`usage: node tools/dev/bootstrap.mjs <${COMMANDS.join('|')}> [arguments]`, 2);
}
const nodeMajor = Number(process.versions.node.split('.')[0]);
if (nodeMajor < MIN_NODE) {
  fail(
    `Node.js ${MIN_NODE} or later is needed, this is ${process.versions.node} (${process.execPath}).\n` +
      'Get it from https://nodejs.org or with your version manager, e.g. nvm install 22',
  );
}

const program = inRoot('dist', 'tools', 'dev', `${command}.js`);
const installed = inRoot('node_modules', '.package-lock.json');
// Whoever wants to stop has started with what is there, and must be able to stop it even when the
// sources do not build at the moment.
const takeAsItIs = command === 'stop' && existsSync(program) && existsSync(installed);
if (!takeAsItIs && isOlder(installed, [inRoot('package-lock.json')])) {
  // Not `npm ci`: it refuses to install when a registry lacks a package meant for another platform.
  await step('Installing the dependencies (npm install)', 'npm', [
    ...['install', '--no-save', '--include=dev', '--no-audit', '--no-fund'],
    // What npm has to warn of concerns packages that only some tests use.
    '--loglevel=error',
  ]);
}
// A stamp of its own, because tsc leaves its files alone when nothing in them would change.
const stamp = inRoot('dist', '.built');
if (!takeAsItIs && isOlder(stamp, sources())) {
  await step('Building (tsc)', 'npm', ['run', '--silent', 'build']);
  writeFileSync(stamp, '');
}
process.exit(await run(process.execPath, [program, ...args]));

function isOlder(product, inputs) {
  if (!existsSync(product)) return true;
  const made = statSync(product).mtimeMs;
  return inputs.some((input) => statSync(input).mtimeMs > made);
}

/** All that goes into the build, folders too: their time tells of files that were removed. */
function sources() {
  const found = ['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) =>
    inRoot(name),
  );
  const visit = (folder) => {
    found.push(folder);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules') visit(path);
      else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts')) found.push(path);
    }
  };
  SOURCE_FOLDERS.filter((name) => existsSync(inRoot(name))).forEach((name) => visit(inRoot(name)));
  return found;
}

async function step(title, program, words) {
  const began = performance.now();
  console.error(`… ${title}, which may take some minutes`);
  const code = await run(program, words);
  if (code !== 0) fail(`${title} failed (${program} ${words.join(' ')}, exit code ${code}).`);
  console.error(`✔ ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
}

/** Runs a program on this terminal; signals sent to this process are passed on. */
function run(program, words) {
  return new Promise((resolve) => {
    const shell = process.platform === 'win32' && program === 'npm';
    const child = spawn(program, words, { cwd: root, stdio: 'inherit', shell });
    const pass = (signal) => child.kill(signal);
    // The terminal sends SIGINT to the child as well; here it only must not end the wait.
    const ignore = () => {};
    process.on('SIGTERM', pass).on('SIGINT', ignore);
    child.on('error', (error) => fail(`Cannot run ${program}: ${error.message}`));
    child.on('close', (code, signal) => {
      process.off('SIGTERM', pass).off('SIGINT', ignore);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

function fail(message, code = 1) {
  console.error(`Error: ${message}`);
  process.exit(code);
}
