import { chosenEntity } from './config-entity';
import { checkConfigsOptions, type ConfigsOptions } from './configs-options';
import { formatAltered, formatConfigs, type ShownConfig } from './format-configs';
import { checkedNames, parseAddedConfigs } from './parse-added-configs';

describe('the command line of kafka-configs', () => {
  test.each<[ConfigsOptions, string]>([
    [{}, 'exactly one action: --describe or --alter.'],
    [{ describe: true, alter: true }, 'exactly one action'],
    [{ describe: true, addConfig: 'a=1' }, "--describe can't be used with --add-config."],
    [{ alter: true }, 'At least one of --add-config'],
    [{ alter: true, addConfig: 'a=1', all: true }, "--alter can't be used with --all."],
    [{ alter: true, addConfig: 'a=1', addConfigFile: 'f' }, 'Only one of'],
    [{ describe: true, zookeeper: 'localhost:2181' }, 'talks to brokers only'],
  ])('%j is refused', (options, message) =>
    expect(() => checkConfigsOptions(options)).toThrow(message),
  );

  test.each<[ConfigsOptions, object]>([
    [{ topic: 't' }, { type: 'topics', name: 't' }],
    [{ broker: '1' }, { type: 'brokers', name: '1' }],
    [{ brokerDefaults: true }, { type: 'brokers', name: '' }],
    [
      { entityType: ['topics'], entityName: 't' },
      { type: 'topics', name: 't' },
    ],
    [
      { entityType: ['brokers'], entityDefault: true },
      { type: 'brokers', name: '' },
    ],
    [{ entityType: ['topics'] }, { type: 'topics', name: undefined }],
  ])('%j', (options, entity) => expect(chosenEntity('describe', options)).toEqual(entity));

  test.each<[ConfigsOptions, string]>([
    [{}, 'At least one entity type must be specified.'],
    [{ broker: 'one' }, 'must be a valid integer broker id, but it is: one.'],
    [{ entityType: ['users'] }, 'This version has no configs of users.'],
    [{ user: 'alice' }, 'This version has no configs of users.'],
    [{ ipDefaults: true }, 'This version has no configs of ips.'],
    [{ brokerLogger: '1' }, 'This version has no configs of broker-loggers.'],
    [{ entityType: ['groups'] }, 'Invalid entity type groups'],
    [{ entityType: ['topics'] }, '--alter of topics needs --entity-name.'],
    [{ entityType: ['brokers'] }, '--alter of brokers needs --entity-name or --entity-default.'],
    [{ entityType: ['topics'], entityDefault: true }, 'Topics have no default entity.'],
    [{ entityType: ['topics', 'brokers'], entityName: 't' }, 'Only one --entity-type'],
    [{ topic: 't', broker: '1' }, "--topic and --broker can't be used together."],
    [{ topic: 't', entityName: 't' }, "--topic and --entity-name can't be used together."],
  ])('%j cannot be altered', (options, message) =>
    expect(() => chosenEntity('alter', options)).toThrow(message),
  );
});

describe('--add-config', () => {
  test.each([
    ['a=1', { a: '1' }],
    ['a=1, b = 2 ', { a: '1', b: '2' }],
    ['a=[x,y],b=2', { a: 'x,y', b: '2' }],
    ['a=', { a: '' }],
    ['a=b=c,', { a: 'b=c' }],
    ['a=[x=1,y=2]', { a: 'x=1,y=2' }],
  ])('%j', (text, configs) => expect(parseAddedConfigs(text)).toEqual(configs));

  test.each([
    ['a', '"a" in --add-config is not of the form name=value.'],
    ['a=1,2', '"2" in --add-config'],
    ['a b=1', 'Invalid character found for config key: "a b".'],
    ['=1', 'Invalid character found for config key: "".'],
  ])('%j is refused', (text, message) => expect(() => parseAddedConfigs(text)).toThrow(message));

  test('names from a file are checked as well', () =>
    expect(() => checkedNames({ 'a/b': '1' })).toThrow('"a/b"'));
});

describe('described configs', () => {
  const configs: ShownConfig[] = [
    {
      name: 'retention.ms',
      value: '1000',
      isSensitive: false,
      source: 'DYNAMIC_TOPIC_CONFIG',
      synonyms: [
        { source: 'DYNAMIC_TOPIC_CONFIG', name: 'retention.ms', value: '1000' },
        { source: 'DEFAULT_CONFIG', name: 'log.retention.hours', value: '168' },
      ],
    },
    { name: 'secret', value: null, isSensitive: true, source: 'UNKNOWN', synonyms: [] },
  ];

  test('of a topic', () =>
    expect(formatConfigs('topics', 't', configs, { all: false })).toEqual([
      'Dynamic configs for topic t are:',
      '  retention.ms=1000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=1000, ' +
        'DEFAULT_CONFIG:log.retention.hours=168}',
      '  secret=null sensitive=true synonyms={}',
    ]));

  test('of brokers', () => {
    expect(formatConfigs('brokers', '1', [], { all: true })).toEqual([
      'All configs for broker 1 are:',
    ]);
    expect(formatConfigs('brokers', '', [], { all: false })).toEqual([
      'Default configs for brokers in the cluster are:',
    ]);
  });

  test('after a change', () => {
    expect(formatAltered('topics', 't')).toBe('Completed updating config for topic t.');
    expect(formatAltered('brokers', '')).toBe(
      'Completed updating default config for brokers in the cluster.',
    );
  });
});
