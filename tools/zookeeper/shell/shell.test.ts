import { ManualClock } from '../../../client/runtime/manual-clock';
import { InMemoryEnsemble } from '../../../zk-coordination/double/in-memory-ensemble';
import type { ZkSession } from '../../../zk-coordination/session-contract';
import { runShellCommand, shellHelp } from './shell-commands';
import { splitWords } from './split-words';

let session: ZkSession;
const run = (line: string): Promise<string> => runShellCommand(session, splitWords(line));

beforeEach(async () => {
  const ensemble = new InMemoryEnsemble({ clock: new ManualClock() });
  session = ensemble.sessions().open();
  await session.connected();
});
afterEach(() => session.close());

test('writes, reads, lists and removes', async () => {
  expect(await run('create /a "hello world"')).toBe('Created /a');
  expect(await run('create /a/c')).toBe('Created /a/c');
  expect(await run('create -s /a/b- x')).toMatch(/^Created \/a\/b-\d{10}$/);
  expect(await run('ls /a')).toMatch(/^\[b-\d{10}, c\]$/);
  expect(await run('ls -R /a')).toMatch(/^\/a\n\/a\/b-\d{10}\n\/a\/c$/);
  expect(await run('get /a')).toBe('hello world');
  expect(await run('get /a/c')).toBe('null');
  expect(await run('set -v 0 /a bye')).toBe('');
  expect(await run('get /a')).toBe('bye');
  expect(await run('sync /')).toBe('Sync is OK');
  await expect(run('set -v 0 /a again')).rejects.toThrow('BAD_VERSION');
  await expect(run('delete /a')).rejects.toThrow('NOT_EMPTY');
  expect(await run('deleteall /a')).toBe('');
  await expect(run('get /a')).rejects.toThrow('NO_NODE');
  await expect(run('deleteall /a')).rejects.toThrow('NO_NODE');
});

test('ephemeral znodes belong to the session', async () => {
  await run('create -e /mine data');
  const owner = `0x${session.id.toString(16)}`;
  expect(await run('stat /mine')).toContain(`ephemeralOwner = ${owner}\n`);
});

test('a stat reads as in ZooKeeper’s shell', async () => {
  await run('create /a xyz');
  const lines = (await run('get -s /a')).split('\n');
  expect(lines[0]).toBe('xyz');
  expect(lines[1]).toMatch(/^cZxid = 0x[0-9a-f]+$/);
  expect(lines[2]).toBe('ctime = Tue Nov 14 22:13:20 UTC 2023');
  expect(lines.slice(6)).toEqual([
    'cversion = 0',
    'dataVersion = 0',
    'ephemeralOwner = 0x0',
    'dataLength = 3',
    'numChildren = 0',
  ]);
});

test.each([
  ['nonsense', 'There is no command nonsense.'],
  ['constructor', 'There is no command constructor.'],
  ['get', 'Something is missing.'],
  ['ls / /', 'That is too much.'],
  ['get -x /', 'There is no option -x.'],
  ['set -v x /a b', 'A number must follow -v.'],
  ['deleteall /', '/ cannot be removed.'],
])('%s is refused', async (line, message) => {
  await expect(run(line)).rejects.toThrow(message);
});

test('help tells every command', async () => {
  expect(await run('help')).toBe(shellHelp());
  expect(shellHelp()).toContain('  deleteall path');
});

test.each([
  ['', []],
  ['  a  b ', ['a', 'b']],
  [`set /a '{"x": 1}'`, ['set', '/a', '{"x": 1}']],
  [`a"b c"d ''`, ['ab cd', '']],
])('words of %j', (line, words) => expect(splitWords(line)).toEqual(words));

test('an open quote is refused', () => expect(() => splitWords('a "b')).toThrow('never closed'));
