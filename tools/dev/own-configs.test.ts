import { addOwnConfig, ownConfigsIn } from './own-configs';

test("configs of one's own add up, and the last one counts", () => {
  const one = addOwnConfig('num.partitions=6', {});
  const two = addOwnConfig('log.retention.ms = 5', one);
  expect(addOwnConfig('num.partitions=7', two)).toEqual({
    'num.partitions': '7',
    'log.retention.ms': '5',
  });
});

test.each([
  ['num.partitions', 'name=value is expected'],
  ['num.partitons=6', 'num.partitions'],
  ['num.partitions=six', 'num.partitions'],
  ['broker.id=7', 'npm start itself decides on broker.id'],
])('%s is refused', (text, message) => expect(() => addOwnConfig(text, {})).toThrow(message));

test('what a broker had of its own before', () => {
  expect(ownConfigsIn({ 'broker.id': '1', 'log.dirs': '/d', 'num.partitions': '6' })).toEqual({
    'num.partitions': '6',
  });
});
