import { parseEndpointOverrides } from './endpoint-overrides';

test('names a host and a port for each broker', () => {
  expect(parseEndpointOverrides('')).toEqual(new Map());
  expect(parseEndpointOverrides('2=10.0.0.7:9092, 3=[::1]:9093')).toEqual(
    new Map([
      [2, { host: '10.0.0.7', port: 9092 }],
      [3, { host: '::1', port: 9093 }],
    ]),
  );
});

test.each(['2', '2=', 'x=h:1', '2=h', '2=h:99999', '=h:1'])('"%s" is refused', (text) => {
  expect(() => parseEndpointOverrides(text)).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG' }) as Error,
  );
});
