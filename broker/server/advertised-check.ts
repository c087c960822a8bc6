import type { Socket } from 'node:net';
import type { SocketFactory } from '../../client/network';
import type { Clock } from '../../client/runtime/clock';
import type { Logger } from '../../client/runtime/logger';
import { formatAddress } from '../config/listeners';

const CONNECT_TIMEOUT_MS = 3000;

/**
 * Connects to the broker's own advertised addresses. When that does not work, clients will get
 * through the first connection and then hang: the most common mistake in setting up a broker, and
 * one that only the broker can see at once.
 */
export async function warnIfUnreachable(
  endpoints: readonly { readonly name: string; readonly host: string; readonly port: number }[],
  connect: SocketFactory,
  clock: Clock,
  logger: Logger,
): Promise<void> {
  await Promise.all(
    endpoints.map(async ({ name, host, port }) => {
      const problem = await reach(connect({ host, port }), clock);
      if (problem === undefined) return;
      const address = `${name}://${formatAddress(host, port)}`;
      logger.warn(
        { event: 'advertised-listener-unreachable', listener: name, address, problem },
        `This broker cannot reach its own advertised address ${address} (${problem}). Clients are ` +
          'sent there after their first connection: set advertised.listeners to an address that ' +
          'works from where they are.',
      );
    }),
  );
}

/** @returns what went wrong */
function reach(socket: Socket, clock: Clock): Promise<string | undefined> {
  return new Promise((resolve) => {
    const done = (problem?: string) => {
      clock.clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const timer = clock.setTimeout(
      () => done(`no answer within ${CONNECT_TIMEOUT_MS} ms`),
      CONNECT_TIMEOUT_MS,
    );
    socket.once('connect', () => done());
    socket.once('error', (error) => done(error.message));
  });
}
