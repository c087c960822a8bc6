import { paths } from './paths';
import { desanitize, sanitize } from './sanitizer';

export const CONFIG_ENTITY_TYPES = ['topics', 'clients', 'users', 'brokers', 'ips'] as const;
export type ConfigEntityType = (typeof CONFIG_ENTITY_TYPES)[number];

/** In place of a name: applies to all that have no config of their own. */
export const DEFAULT_ENTITY = '<default>';

/** What a config is about. */
export interface ConfigEntity {
  readonly type: ConfigEntityType;
  /** A plain, unencoded name, or {@link DEFAULT_ENTITY}. */
  readonly name: string;
  /** Of a quota for one client id of one user (`type` is `users` then). */
  readonly clientId?: string;
}

/** `topics/foo`, `users/alice/clients/app`: below `/config`, and in change notifications. */
export function entityPathOf({ type, name, clientId }: ConfigEntity): string {
  const own = `${type}/${encode(name)}`;
  return clientId === undefined ? own : `${own}/clients/${encode(clientId)}`;
}

export function configPathOf(entity: ConfigEntity): string {
  return paths.configs(entityPathOf(entity));
}

/** @returns null when it names no entity we know */
export function parseEntityPath(entityPath: string): ConfigEntity | null {
  const [type, name, clients, clientId, ...rest] = entityPath.split('/');
  if (!isEntityType(type) || !name || rest.length > 0) return null;
  if (clients === undefined) return { type, name: desanitize(name) };
  if (type !== 'users' || clients !== 'clients' || !clientId) return null;
  return { type, name: desanitize(name), clientId: desanitize(clientId) };
}

export function isEntityType(type: string | undefined): type is ConfigEntityType {
  return (CONFIG_ENTITY_TYPES as readonly (string | undefined)[]).includes(type);
}

function encode(name: string): string {
  return name === DEFAULT_ENTITY ? name : sanitize(name);
}
