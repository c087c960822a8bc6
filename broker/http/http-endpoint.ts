import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeError, KafkaClassicError } from '../../client/runtime/error';
import type { Logger } from '../../client/runtime/logger';
import { formatAddress } from '../config/listeners';

/** What a probe is told. */
export interface HealthReport {
  readonly ok: boolean;
  /** Facts behind it, shown as they are; no secrets. */
  readonly [fact: string]: unknown;
}

export interface HttpEndpointOptions {
  /** Undefined: all interfaces. */
  readonly host: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  readonly metrics: { readonly contentType: string; render(): Promise<string> };
  /** `/healthz`: not ok means that a restart would help. */
  healthy(): HealthReport;
  /** `/readyz`: not ok means that clients should not be sent here now. */
  ready(): HealthReport;
  readonly logger: Logger;
}

interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const SLOW_CLIENT_MS = 10_000;

/** Serves `/metrics`, `/healthz` and `/readyz` for Prometheus and orchestrators (`http.listener`). */
export class HttpEndpoint {
  private readonly server: Server;
  private readonly pages: Readonly<Record<string, () => Page | Promise<Page>>>;

  constructor(private readonly options: HttpEndpointOptions) {
    const { metrics } = options;
    this.pages = {
      '/metrics': async () => ({
        status: 200,
        contentType: metrics.contentType,
        body: await metrics.render(),
      }),
      '/healthz': () => report(options.healthy()),
      '/readyz': () => report(options.ready()),
    };
    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.requestTimeout = SLOW_CLIENT_MS;
    this.server.headersTimeout = SLOW_CLIENT_MS;
  }

  /** @throws KafkaClassicError HTTP_LISTENER_FAILED */
  async start(): Promise<void> {
    const { host, port, logger } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        this.server.off('error', reject);
        resolve();
      });
    }).catch((error: unknown) => {
      const address = formatAddress(host, port);
      throw new KafkaClassicError(`HTTP cannot be served on ${address}: ${describeError(error)}.`, {
        code: 'HTTP_LISTENER_FAILED',
        retriable: false,
        advice: 'Free the address, or change or remove http.listener.',
        cause: error,
      });
    });
    logger.info(
      { event: 'http-listening', host, port: this.port },
      `Metrics and health are served on http://${formatAddress(host ?? 'localhost', this.port)}.`,
    );
  }

  /** The port it listens on. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, contentType, body } = await this.page(request);
    response.writeHead(status, {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  private async page({ method, url = '/' }: IncomingMessage): Promise<Page> {
    const [path] = url.split('?', 1);
    const page = Object.hasOwn(this.pages, path) ? this.pages[path] : undefined;
    if (!page) {
      const error = `There is no ${path} here.`;
      return json(404, { error, pages: Object.keys(this.pages) });
    }
    if (method !== 'GET' && method !== 'HEAD') {
      return json(405, { error: `${method} is not possible here.` });
    }
    try {
      return await page();
    } catch (error) {
      const fields = { event: 'http-failed', path, error: describeError(error) };
      this.options.logger.error(fields, `${path} could not be served.`);
      return json(500, { error: 'This page failed; the log says more.' });
    }
  }
}

function report(health: HealthReport): Page {
  return json(health.ok ? 200 : 503, health);
}

function json(status: number, value: object): Page {
  const contentType = 'application/json; charset=utf-8';
  return { status, contentType, body: `${JSON.stringify(value)}\n` };
}
