import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { once } from 'node:events';

/** Ports of this host nobody listens on right now; all different. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const servers: Server[] = [];
  for (let i = 0; i < count; i++) servers.push(await listening(host, 0));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(closed));
  return ports;
}

/** Whether one could listen there now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  try {
    await closed(await listening(host, port));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** The first free port from `first` on. @throws Error when none of the next 100 is free */
export async function nextFreePort(first: number, host = '127.0.0.1'): Promise<number> {
  for (let port = first; port < first + 100; port++) if (await isPortFree(port, host)) return port;
  throw new Error(`No free port from ${first} to ${first + 99} on ${host}.`);
}

async function listening(host: string, port: number): Promise<Server> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  return server;
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
