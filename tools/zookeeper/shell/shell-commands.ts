import type { ZkSession } from '../../../zk-coordination/session-contract';
import { ZkError } from '../../../zk-coordination/zk-error';
import { UsageError } from '../../cli/usage-error';
import { formatStat } from './format-stat';
import type { ShellArguments, ShellUsage } from './shell-arguments';
import { parseShellArguments } from './shell-arguments';

interface ShellCommand extends ShellUsage {
  readonly usage: string;
  readonly does: string;
  run(session: ZkSession, given: ShellArguments): Promise<string>;
}

/** The commands, under the names and flags of ZooKeeper's own shell. */
const COMMANDS: Record<string, ShellCommand> = {
  ls: {
    usage: 'ls [-s] [-R] path',
    does: 'children of a znode; with -R everything below it',
    flags: 'sR',
    words: [1, 1],
    run: async (session, { flags, words: [path] }) => {
      if (flags.has('R')) return (await pathsBelow(session, path)).join('\n');
      const { children, stat } = await session.children(path);
      const list = `[${children.sort().join(', ')}]`;
      return flags.has('s') ? `${list}\n${formatStat(stat)}` : list;
    },
  },
  get: {
    usage: 'get [-s] path',
    does: 'data of a znode; with -s its stat too',
    flags: 's',
    words: [1, 1],
    run: async (session, { flags, words: [path] }) => {
      const { data, stat } = await session.get(path);
      const text = data === null ? 'null' : data.toString('utf8');
      return flags.has('s') ? `${text}\n${formatStat(stat)}` : text;
    },
  },
  stat: {
    usage: 'stat path',
    does: 'what ZooKeeper knows of a znode',
    flags: '',
    words: [1, 1],
    run: async (session, { words: [path] }) => formatStat((await session.get(path)).stat),
  },
  create: {
    usage: 'create [-s] [-e] path [data]',
    does: 'makes a znode: -s with a counter after its name, -e until this session ends',
    flags: 'se',
    words: [1, 2],
    run: async (session, { flags, words: [path, data] }) => {
      const options = { sequential: flags.has('s'), ephemeral: flags.has('e') };
      const bytes = data === undefined ? null : Buffer.from(data);
      return `Created ${await session.create(path, bytes, options)}`;
    },
  },
  set: {
    usage: 'set [-s] [-v version] path data',
    does: 'changes the data; with -v only at this version',
    flags: 'sv',
    words: [2, 2],
    run: async (session, { flags, version, words: [path, data] }) => {
      const stat = await session.set(path, Buffer.from(data), version);
      return flags.has('s') ? formatStat(stat) : '';
    },
  },
  delete: {
    usage: 'delete [-v version] path',
    does: 'removes a znode without children',
    flags: 'v',
    words: [1, 1],
    run: async (session, { version, words: [path] }) => {
      await session.delete(path, version);
      return '';
    },
  },
  deleteall: {
    usage: 'deleteall path',
    does: 'removes a znode and everything below it',
    flags: '',
    words: [1, 1],
    run: async (session, { words: [path] }) => {
      if (path === '/') throw new UsageError('/ cannot be removed.', 'Name what is below it.');
      for (const each of (await pathsBelow(session, path)).reverse()) await removed(session, each);
      return '';
    },
  },
  sync: {
    usage: 'sync path',
    does: 'waits until this server has everything committed before',
    flags: '',
    words: [1, 1],
    run: async (session, { words: [path] }) => {
      await session.sync(path);
      return 'Sync is OK';
    },
  },
  help: {
    usage: 'help',
    does: 'this list',
    flags: '',
    words: [0, 0],
    run: async () => shellHelp(),
  },
};

export const SHELL_COMMANDS: readonly string[] = [...Object.keys(COMMANDS), 'quit'];

/**
 * Runs one command. @returns what to print, empty for nothing
 *
 * @throws UsageError for an unknown command or wrong arguments, ZkError for what ZooKeeper refuses
 */
export async function runShellCommand(
  session: ZkSession,
  [name, ...given]: readonly string[],
): Promise<string> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    throw new UsageError(`There is no command ${name}.`, `There are ${SHELL_COMMANDS.join(', ')}.`);
  }
  return command.run(session, parseShellArguments(given, command, command.usage));
}

export function shellHelp(): string {
  const all = [...Object.values(COMMANDS), { usage: 'quit', does: 'ends the shell' }];
  const width = Math.max(...all.map(({ usage }) => usage.length));
  return all.map(({ usage, does }) => `  ${usage.padEnd(width)}  ${does}`).join('\n');
}

/** The znode and all below it, parents before children, in order. */
async function pathsBelow(session: ZkSession, path: string): Promise<string[]> {
  const { children } = await session.children(path);
  const paths = [path];
  for (const child of children.sort()) {
    const below = path === '/' ? `/${child}` : `${path}/${child}`;
    paths.push(...(await unlessGone([], () => pathsBelow(session, below))));
  }
  return paths;
}

function removed(session: ZkSession, path: string): Promise<void> {
  return unlessGone(undefined, () => session.delete(path, -1));
}

/** Others may remove a znode while its tree is walked; then there is nothing left to do for it. */
async function unlessGone<T>(otherwise: T, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (ZkError.hasCode(error, 'NO_NODE')) return otherwise;
    throw error;
  }
}
