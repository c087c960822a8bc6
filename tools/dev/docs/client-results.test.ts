import { askedVersions, readClientResults, renderClientResults } from './client-results';

test('what failed or was not looked at is told as well', () => {
  const table = renderClientResults([
    { client: 'kcat', version: '1.7', feature: 'reads a|b', result: 'failed', asked: [] },
    { client: 'librdkafka', version: null, feature: 'writes', result: 'skipped', asked: [] },
  ]);
  expect(table.split('\n').slice(2)).toEqual([
    '| kcat 1.7 | reads a\\|b | failed |',
    '| librdkafka | writes | skipped |',
  ]);
});

test('versions that were asked for are found by client', () => {
  const row = { version: '1', feature: 'reads', result: 'passed' as const };
  const results = [
    { ...row, client: 'kcat', asked: ['Fetch 11', 'Fetch 4', 'Metadata 4'] },
    { ...row, client: 'KafkaJS', asked: ['Fetch 10'] },
    { ...row, client: 'kcat', asked: ['Fetch 11'] },
  ];
  expect(askedVersions(results, ['kcat'], 'Fetch')).toEqual([4, 11]);
  expect(askedVersions(results, ['kcat', 'KafkaJS'], 'Fetch')).toEqual([4, 10, 11]);
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
