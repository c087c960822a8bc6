import { backoffMs } from '../runtime/backoff';
import { delay } from '../runtime/clock';
import type { ResolvedClientOptions } from './client-options';
import { ClientClosedError } from './client-closed-error';
import { Connection } from './connection';
import { formatEndpoint, type Endpoint } from './endpoint';

/**
 * The place of one connection: opened when first asked for, replaced when it has broken, not more
 * often than the reconnect backoff allows.
 */
export class ConnectionSlot {
  private connection: Connection | undefined;
  private opening: Promise<Connection> | undefined;
  private failures = 0;
  private notBefore = 0;
  private closed = false;

  constructor(
    readonly endpoint: Endpoint,
    private readonly options: ResolvedClientOptions,
  ) {}

  /** The connection, if it is open and nobody who waited for it has yet to have his turn. */
  get ready(): Connection | undefined {
    return this.connection?.ready && !this.opening ? this.connection : undefined;
  }

  /**
   * The connection, opened if need be; concurrent calls share one attempt. After a failure the next
   * attempt waits for the backoff.
   *
   * @throws ConnectionError when it cannot be opened; ClientClosedError
   */
  get(): Promise<Connection> {
    if (this.closed) return Promise.reject(new ClientClosedError());
    const { ready } = this;
    if (ready) return Promise.resolve(ready);
    // Forgotten only after everyone who waited was served, so that nobody overtakes them.
    this.opening ??= this.open().finally(() => process.nextTick(() => (this.opening = undefined)));
    return this.opening;
  }

  close(): void {
    this.closed = true;
    this.connection?.close();
  }

  private async open(): Promise<Connection> {
    const { clock, logger } = this.options;
    const wait = this.notBefore - clock.monotonic();
    if (wait > 0) await delay(wait, clock);
    if (this.closed) throw new ClientClosedError();
    try {
      const connection = await Connection.open(this.endpoint, this.options);
      if (this.closed) {
        connection.close();
        throw new ClientClosedError();
      }
      this.failures = 0;
      this.connection = connection;
      // A broker that accepts and hangs up at once must not be called in a tight loop.
      connection.onClose(() => (this.notBefore = clock.monotonic() + this.backoff()));
      logger.debug(
        { event: 'connected', broker: formatEndpoint(this.endpoint) },
        `Connected to ${formatEndpoint(this.endpoint)}.`,
      );
      return connection;
    } catch (error) {
      this.notBefore = clock.monotonic() + this.backoff();
      this.failures++;
      throw error;
    }
  }

  private backoff(): number {
    const { reconnectBackoff, reconnectBackoffMax, random } = this.options;
    return backoffMs(
      { initialMs: reconnectBackoff, maxMs: reconnectBackoffMax },
      this.failures,
      random,
    );
  }
}
