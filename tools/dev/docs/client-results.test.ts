import { readClientResults, renderClientResults } from './client-results';

test('what failed or was not looked at is told as well', () => {
  const table = renderClientResults([
    { client: 'kcat', version: '1.7', feature: 'reads a|b', result: 'failed' },
    { client: 'librdkafka', version: null, feature: 'writes', result: 'skipped' },
  ]);
  expect(table.split('\n').slice(2)).toEqual([
    '| kcat 1.7 | reads a\\|b | failed |',
    '| librdkafka | writes | skipped |',
  ]);
});

test('the results that are checked in are whole, and everything has passed', () => {
  const results = readClientResults();
  expect(results.filter(({ result }) => result !== 'passed')).toEqual([]);
  const names = results.map(({ client, feature }) => `${client}: ${feature}`);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(results.map(({ client }) => client))).toEqual(
    new Set(['kcat', 'librdkafka', 'KafkaJS', '@platformatic/kafka']),
  );
});
