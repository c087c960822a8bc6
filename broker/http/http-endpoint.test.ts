import { request } from 'node:http';
import { silentLogger } from '../../client/runtime/logger';
import { HttpEndpoint, type HealthReport } from './http-endpoint';

interface Answer {
  status: number | undefined;
  type: string | undefined;
  body: string;
}

let endpoint: HttpEndpoint;
let health: HealthReport;
let rendered: () => Promise<string>;

const options = (port: number) => ({
  host: '127.0.0.1',
  port,
  metrics: { contentType: 'text/plain; version=0.0.4', render: () => rendered() },
  healthy: () => health,
  ready: () => ({ ok: false, reason: 'starting' }),
  logger: silentLogger,
});

beforeEach(async () => {
  health = { ok: true, lease: 'valid' };
  rendered = () => Promise.resolve('kafka_up 1\n');
  endpoint = new HttpEndpoint(options(0));
  await endpoint.start();
});
afterEach(() => endpoint.close());

function ask(path: string, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port: endpoint.port, host: '127.0.0.1', path, method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, type: response.headers['content-type'], body }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('metrics in the format of Prometheus', async () => {
  expect(await ask('/metrics?x=1')).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4',
    body: 'kafka_up 1\n',
  });
});

test('health and readiness as JSON', async () => {
  const alive = await ask('/healthz');
  expect(alive.status).toBe(200);
  expect(JSON.parse(alive.body)).toEqual({ ok: true, lease: 'valid' });
  health = { ok: false };
  expect((await ask('/healthz')).status).toBe(503);
  const ready = await ask('/readyz');
  expect(ready).toMatchObject({ status: 503, type: 'application/json; charset=utf-8' });
  expect(JSON.parse(ready.body)).toEqual({ ok: false, reason: 'starting' });
});

test('a HEAD request has the same head and no body', async () => {
  expect(await ask('/healthz', 'HEAD')).toMatchObject({ status: 200, body: '' });
});

test('other pages and methods are refused', async () => {
  const missing = await ask('/toString');
  expect(missing.status).toBe(404);
  expect(JSON.parse(missing.body)).toMatchObject({ pages: ['/metrics', '/healthz', '/readyz'] });
  expect((await ask('/metrics', 'POST')).status).toBe(405);
});

test('a page that fails does not take the others along', async () => {
  rendered = () => Promise.reject(new Error('broken'));
  expect((await ask('/metrics')).status).toBe(500);
  expect((await ask('/healthz')).status).toBe(200);
});

test('an address that is taken is a clear error', async () => {
  await expect(new HttpEndpoint(options(endpoint.port)).start()).rejects.toMatchObject({
    code: 'HTTP_LISTENER_FAILED',
  });
});
