import { type BrokerRegistration, decodeBroker, encodeBroker } from './broker-registration';

const broker: BrokerRegistration = {
  id: 1,
  endpoints: [
    { listener: 'INTERNAL', host: 'a.example', port: 9093, securityProtocol: 'SASL_SSL' },
    { listener: 'PLAINTEXT', host: '::1', port: 9092, securityProtocol: 'PLAINTEXT' },
  ],
  rack: 'r1',
  jmxPort: -1,
  timestamp: 1700000000000,
  features: { 'group.version': { min: 0, max: 1 } },
};

describe('the registration of a broker', () => {
  it('is written as version 5', () => {
    expect(String(encodeBroker(broker))).toBe(
      '{"version":5,"host":"::1","port":9092,' +
        '"endpoints":["INTERNAL://a.example:9093","PLAINTEXT://[::1]:9092"],"jmx_port":-1,' +
        '"timestamp":"1700000000000","rack":"r1",' +
        '"listener_security_protocol_map":{"INTERNAL":"SASL_SSL","PLAINTEXT":"PLAINTEXT"},' +
        '"features":{"group.version":{"min_version":0,"max_version":1}}}',
    );
  });

  it('names no lone host without a plaintext listener, and no rack without one', () => {
    const text = String(encodeBroker({ ...broker, endpoints: [], rack: null }));
    expect(text).toMatch(/"host":null,"port":-1/);
    expect(text).not.toContain('rack');
  });

  it('reads what it wrote', () => {
    expect(decodeBroker(1, encodeBroker(broker))).toEqual(broker);
    expect(decodeBroker(1, encodeBroker({ ...broker, rack: null })).rack).toBeNull();
  });

  const common = '"jmx_port":9999,"timestamp":"2233345666"';
  const plain = { listener: 'PLAINTEXT', host: 'h', port: 9092, securityProtocol: 'PLAINTEXT' };
  const ssl = { listener: 'SSL', host: 'h', port: 9093, securityProtocol: 'SSL' };
  it.each([
    [1, `{"version":1,"host":"h","port":9092,${common}}`, [plain]],
    [
      2,
      `{"version":2,"host":"h","port":9092,${common},"endpoints":["PLAINTEXT://h:9092","SSL://h:9093"]}`,
      [plain, ssl],
    ],
    [
      3,
      `{"version":3,"host":"h","port":9092,${common},"endpoints":["SSL://h:9093"],"rack":"dc1"}`,
      [ssl],
    ],
    [
      4,
      `{"version":4,"host":"h","port":9092,${common},"endpoints":["CLIENT://h:9092"],` +
        '"listener_security_protocol_map":{"CLIENT":"SSL"},"rack":null}',
      [{ listener: 'CLIENT', host: 'h', port: 9092, securityProtocol: 'SSL' }],
    ],
  ])('reads version %i', (_version, json, endpoints) => {
    expect(decodeBroker(7, Buffer.from(json))).toMatchObject({
      id: 7,
      endpoints,
      jmxPort: 9999,
      timestamp: 2233345666,
      features: {},
    });
  });

  it.each([
    ['{}', 'field "version" is missing'],
    ['{"version":0}', 'field "version" is not a version we know: 0'],
    ['{"version":"5"}', 'field "version" is not an integer: "5"'],
    ['{"version":1,"port":9092}', 'field "host" is missing'],
    ['{"version":5,"endpoints":["h:9092"]}', 'endpoint "h:9092" is not NAME://host:port'],
    ['{"version":5,"endpoints":[9092]}', 'field "endpoints" is not a list of strings: [9092]'],
    [
      '{"version":5,"endpoints":[],"features":{"f":{"min_version":1}}}',
      'field "features.f.max_version" is missing',
    ],
    ['nonsense', expect.stringMatching(/^it is not JSON/)],
    ['[1]', 'it is not a JSON object'],
    ['', 'it has no data'],
  ])('says what is wrong with %s', (json, problem) => {
    let caught: unknown;
    try {
      decodeBroker(3, Buffer.from(json));
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: 'MALFORMED_ZNODE', path: '/brokers/ids/3', problem });
  });
});
