import { join } from 'node:path';

export interface ZookeeperServer {
  /** 1 to 255; tells the servers of an ensemble apart. */
  readonly id: number;
  /** Folder of this server: its zoo.cfg, data, log and pid file. */
  readonly home: string;
  readonly clientPort: number;
  /** The two ports servers use among themselves; only in an ensemble. */
  readonly quorumPort?: number;
  readonly electionPort?: number;
}

export interface ZooCfgOptions {
  /** Address all ports are bound to; default 127.0.0.1. */
  readonly host?: string;
  /** Milliseconds of a tick; sessions last 2 to 20 ticks. Default 2000. */
  readonly tickTime?: number;
}

export function zooCfgPath(server: Pick<ZookeeperServer, 'home'>): string {
  return join(server.home, 'zoo.cfg');
}

/** The folder for snapshots and transaction logs. */
export function dataFolder(server: Pick<ZookeeperServer, 'home'>): string {
  return join(server.home, 'data');
}

/**
 * The text of a zoo.cfg (ZooKeeper Administrator's Guide, "Configuration Parameters"). One server
 * is a standalone one; of several, `server.N` lines make an ensemble, each with a `myid` file.
 *
 * @param servers all of the ensemble, `server` among them
 */
export function zooCfg(
  server: ZookeeperServer,
  servers: readonly ZookeeperServer[],
  { host = '127.0.0.1', tickTime = 2000 }: ZooCfgOptions = {},
): string {
  const lines = [
    `tickTime=${tickTime}`,
    `dataDir=${escaped(dataFolder(server))}`,
    `clientPortAddress=${host}`,
    `clientPort=${server.clientPort}`,
    'admin.enableServer=false',
    '4lw.commands.whitelist=srvr,ruok,mntr,stat,cons,dump,wchs',
    'maxClientCnxns=0',
    'autopurge.snapRetainCount=3',
    'autopurge.purgeInterval=1',
  ];
  if (servers.length > 1) {
    lines.push('initLimit=10', 'syncLimit=5');
    for (const each of servers) {
      lines.push(`server.${each.id}=${host}:${each.quorumPort}:${each.electionPort}`);
    }
  }
  return lines.join('\n') + '\n';
}

/** A backslash starts an escape in properties files. */
function escaped(path: string): string {
  return path.replaceAll('\\', '\\\\');
}
