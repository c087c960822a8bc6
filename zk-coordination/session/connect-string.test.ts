import { parseConnectString } from './connect-string';

describe('parseConnectString', () => {
  test.each([
    ['zk1:2181', [{ host: 'zk1', port: 2181 }], undefined],
    ['zk1', [{ host: 'zk1', port: 2181 }], undefined],
    [
      'zk1:2181, zk2:2182,/kafka',
      [
        { host: 'zk1', port: 2181 },
        { host: 'zk2', port: 2182 },
      ],
      '/kafka',
    ],
    ['zk1:2181/kafka/blue/', [{ host: 'zk1', port: 2181 }], '/kafka/blue'],
    ['zk1:2181/', [{ host: 'zk1', port: 2181 }], undefined],
    [
      '[::1]:2181,[fe80::1]/kafka',
      [
        { host: '::1', port: 2181 },
        { host: 'fe80::1', port: 2181 },
      ],
      '/kafka',
    ],
  ])('%s', (text, servers, chroot) => {
    expect(parseConnectString(text)).toEqual({ servers, chroot });
  });

  test.each(['', '/kafka', 'zk1:port', 'zk1:0', 'zk1:70000', '::1:2181', '[zk1]:2181', 'a/b//c'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseConnectString(text)).toThrow(
        expect.objectContaining({ code: 'INVALID_CONFIG' }),
      );
    },
  );
});
