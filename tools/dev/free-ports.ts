import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { once } from 'node:events';

const FIRST_PORT = 10_000;
const PORTS = 20_000;

/**
 * Ports of this host nobody listens on right now; all different, and below those the system hands
 * out by itself: until somebody listens there, and while a server is down, its port must not become
 * the near end of somebody's connection.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const server = await listeningIfFree('127.0.0.1', port);
    if (server) held.set(port, server);
  }
  await Promise.all([...held.values()].map(closed));
  return [...held.keys()];
}

/** Whether one could listen there now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  const server = await listeningIfFree(host, port);
  if (server) await closed(server);
  return server !== undefined;
}

/** The first free port from `first` on. @throws Error when none of the next 100 is free */
export async function nextFreePort(first: number, host = '127.0.0.1'): Promise<number> {
  for (let port = first; port < first + 100; port++) if (await isPortFree(port, host)) return port;
  throw new Error(`No free port from ${first} to ${first + 99} on ${host}.`);
}

async function listeningIfFree(host: string, port: number): Promise<Server | undefined> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
