import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineReaderOptions } from './line-reader-options';
import {
  producerSettings,
  readerProperties,
  type ConsoleProducerOptions,
} from './producer-options';

const folder = mkdtempSync(join(tmpdir(), 'console-producer-'));
const file = join(folder, 'producer.properties');
writeFileSync(file, 'acks=1\nlinger.ms=7\nbatch.size=100\n');
afterAll(() => rmSync(folder, { recursive: true }));

const base: ConsoleProducerOptions = {
  topic: 't',
  bootstrapServer: 'h:1',
  property: {},
  producerProperty: {},
};

describe('options of the console producer', () => {
  test('by default', () => {
    const { client, producer } = producerSettings(base);
    expect(client).toMatchObject({ brokers: ['h:1'], clientId: 'console-producer' });
    expect(producer).toMatchObject({
      acks: -1,
      lingerMs: 1000,
      retries: 3,
      requestTimeoutMs: 1500,
    });
  });

  test('flag before property before file', () => {
    const { producer } = producerSettings({
      ...base,
      'producer.config': file,
      producerProperty: { 'linger.ms': '8', acks: 'all' },
      requestRequiredAcks: '0',
    });
    expect(producer).toMatchObject({ acks: 0, lingerMs: 8, batchSize: 100 });
  });

  test('with --sync nothing waits', () => {
    expect(producerSettings({ ...base, sync: true }).producer.lingerMs).toBe(0);
    expect(producerSettings({ ...base, sync: true, timeout: 5 }).producer.lingerMs).toBe(5);
  });

  test('of the producer as properties', () => {
    const producerProperty = { 'delivery.timeout.ms': '5000' };
    expect(producerSettings({ ...base, producerProperty }).producer).toMatchObject({
      deliveryTimeoutMs: 5000,
      requestTimeoutMs: 1500,
      lingerMs: 1000,
    });
  });

  test('the codec, also without its name', () => {
    expect(producerSettings({ ...base, compressionCodec: true }).producer.compression).toBe('gzip');
    expect(() => producerSettings({ ...base, compressionCodec: 'gz' })).toThrow('compression.type');
  });

  test('of the line reader: property before file, separators with their blanks', () => {
    const readerConfig = join(folder, 'reader.properties');
    writeFileSync(readerConfig, 'parse.key=true \nkey.separator=\\t\nheaders.separator=, \n');
    const property = { 'headers.separator': ';' };
    expect(lineReaderOptions(readerProperties({ ...base, readerConfig }))).toMatchObject({
      parseKey: true,
      keySeparator: '\t',
      headersSeparator: ', ',
    });
    expect(readerProperties({ ...base, readerConfig, property })).toMatchObject({
      'key.separator': '\t',
      'headers.separator': ';',
    });
  });

  test('that are missing or impossible', () => {
    expect(() => producerSettings({ ...base, bootstrapServer: undefined })).toThrow(
      '--bootstrap-server must be specified',
    );
    expect(() => readerProperties({ ...base, lineReader: 'my.Reader' })).toThrow('my.Reader');
  });
});
