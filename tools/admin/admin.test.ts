import { bootstrapServers, integerArgument } from './admin-options';
import { topicFilter } from './topic-filter';

describe('options of all admin tools', () => {
  test('--bootstrap-server is a list', () => {
    expect(bootstrapServers({ bootstrapServer: 'a:1, b:2,' })).toEqual(['a:1', 'b:2']);
  });

  test.each([{}, { bootstrapServer: ' , ' }])('--bootstrap-server is required: %j', (options) =>
    expect(() => bootstrapServers(options)).toThrow('--bootstrap-server must be specified.'),
  );

  test('numbers', () => {
    expect(integerArgument('-1')).toBe(-1);
    expect(() => integerArgument('1e3')).toThrow('not a whole number');
    expect(() => integerArgument('')).toThrow('not a whole number');
    expect(() => integerArgument('9007199254740992')).toThrow('too large');
  });
});

describe('topic patterns', () => {
  const names = ['clicks', 'clicks-2', 'a.b', 'a-b', '__consumer_offsets', '__transaction_state'];
  test.each([
    [undefined, names],
    ['clicks', ['clicks']],
    ['clicks.*', ['clicks', 'clicks-2']],
    ['a.b', ['a.b', 'a-b']],
    ['a\\.b', ['a.b']],
    ['clicks, a-b', ['clicks', 'a-b']],
    ['"clicks"', ['clicks']],
    ['click', []],
  ])('%s', (pattern, found) => expect(names.filter(topicFilter(pattern))).toEqual(found));

  test('internal topics can be left out', () =>
    expect(names.filter(topicFilter('.*s|__.*', { excludeInternal: true }))).toEqual(['clicks']));

  test('a malformed one is a usage error', () =>
    expect(() => topicFilter('a(')).toThrow('"a(" is an invalid regex.'));
});
