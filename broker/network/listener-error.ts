import { KafkaClassicError } from '../../client/runtime/error';

const advice: Record<string, string> = {
  EADDRINUSE: 'Stop the process that uses the port (ss -ltnp shows it), or change listeners.',
  EADDRNOTAVAIL: 'Name an address of this machine in listeners, or none for all interfaces.',
  EACCES: 'Use a port above 1023, or give the process the right to use lower ones.',
  ENOTFOUND: 'Name an address of this machine in listeners, or none for all interfaces.',
};

/** A listener could not be bound. */
export class ListenerError extends KafkaClassicError {
  constructor(name: string, address: string, cause: Error) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    super(`Listener ${name} cannot listen on ${address}: ${cause.message}.`, {
      code: 'LISTENER_FAILED',
      retriable: code === 'EADDRINUSE',
      advice: advice[code] ?? 'Check listeners.',
      cause,
    });
  }
}
