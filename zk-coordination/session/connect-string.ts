import { isIPv6 } from 'node:net';
import { KafkaClassicError } from '../../client/runtime/error';
import { splitList } from '../../client/runtime/split-list';

const DEFAULT_PORT = 2181;

export interface ConnectString {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  /** Without a slash at the end; undefined when paths are absolute. */
  readonly chroot: string | undefined;
}

/**
 * Reads `host:port,host:port/chroot`, ZooKeeper's connect string. The port defaults to 2181, IPv6
 * addresses stand in brackets: `[::1]:2181`.
 *
 * @throws KafkaClassicError `INVALID_CONFIG`
 */
export function parseConnectString(text: string): ConnectString {
  const slash = text.indexOf('/');
  const hosts = slash < 0 ? text : text.slice(0, slash);
  const chroot = slash < 0 ? '' : text.slice(slash).replace(/\/$/, '');
  if (/\/\/|\/\.{1,2}(\/|$)/.test(chroot)) throw invalid(text, `chroot ${chroot}`);
  const servers = splitList(hosts).map((server) => parseServer(server, text));
  if (servers.length === 0) throw invalid(text, 'no server');
  return { servers, chroot: chroot === '' ? undefined : chroot };
}

function parseServer(server: string, text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(server);
  const bracketed = match?.[1];
  const host = bracketed ?? match?.[2];
  const port = Number(match?.[3] ?? DEFAULT_PORT);
  if (host === undefined || port < 1 || port > 65535) throw invalid(text, server);
  if (bracketed !== undefined && !isIPv6(bracketed)) throw invalid(text, server);
  return { host, port };
}

function invalid(text: string, part: string): KafkaClassicError {
  return new KafkaClassicError(`The ZooKeeper connect string "${text}" is not valid: ${part}.`, {
    code: 'INVALID_CONFIG',
    retriable: false,
    advice: 'Write host:port,host:port/chroot, IPv6 addresses in brackets.',
  });
}
