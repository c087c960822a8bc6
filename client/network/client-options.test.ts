import manifest from '../../package.json';
import { bootstrapEndpoints } from './bootstrap';
import { resolveClientOptions } from './client-options';
import { ClientOptionsError } from './client-options-error';
import { clientSoftware } from './client-software';
import { formatEndpoint, parseEndpoint } from './endpoint';

test('the version brokers are told is the one of the package', () => {
  expect(clientSoftware).toEqual({ name: manifest.name, version: manifest.version });
});

describe('addresses', () => {
  test.each([
    ['localhost:9092', 'localhost', 9092],
    ['10.0.0.1:1', '10.0.0.1', 1],
    ['[::1]:9092', '::1', 9092],
    [' kafka-1.example.org:65535 ', 'kafka-1.example.org', 65535],
  ])('%s', (text, host, port) => {
    expect(parseEndpoint(text)).toEqual({ host, port });
    expect(formatEndpoint({ host, port })).toBe(text.trim());
  });

  test.each(['localhost', ':9092', '::1:9092', 'a:0', 'a:65536', 'a:b', 'http://a:9092', 'a b:1'])(
    '%s is none',
    (text) => {
      expect(() => parseEndpoint(text)).toThrow(ClientOptionsError);
    },
  );

  test('a list may stand in one string, as in bootstrap.servers', async () => {
    expect(await bootstrapEndpoints(['a:1,b:2', 'c:3'])).toHaveLength(3);
    await expect(bootstrapEndpoints(() => [])).rejects.toBeInstanceOf(ClientOptionsError);
  });
});

describe('options', () => {
  const brokers = ['localhost:9092'];

  test('have defaults, also when given as undefined', () => {
    const options = resolveClientOptions({ brokers, requestTimeout: undefined, retry: {} });
    expect(options).toMatchObject({ clientId: 'kafka-classic', requestTimeout: 30000 });
    expect(options.retry).toMatchObject({ initialRetryTime: 100, retries: Infinity });
  });

  test.each([
    { brokers: [] },
    { brokers, requestTimeout: 0 },
    { brokers, metadataMaxAge: -1 },
    { brokers, connectionTimeout: NaN },
    { brokers, retry: { retries: -1 } },
  ])('%j makes no sense', (options) => {
    expect(() => resolveClientOptions(options)).toThrow(ClientOptionsError);
  });
});
