import type { ZookeeperChoice, ZookeeperProbe, ZookeeperPurpose } from './choose-zookeeper';
import { chooseZookeeper } from './choose-zookeeper';

const nothing: ZookeeperProbe = {
  given: null,
  java: null,
  oldJava: null,
  classpath: null,
  aptRights: null,
  debian: true,
  macos: false,
  docker: false,
};
const given = { connect: 'zk:2181', problem: null };
const java = '/usr/bin/java';
const classpath = '/usr/share/java/zookeeper.jar';

const table: [string, Partial<ZookeeperProbe>, ZookeeperPurpose, Partial<ZookeeperChoice>][] = [
  ['given wins', { given, java, classpath }, 'any', { kind: 'given', connect: 'zk:2181' }],
  [
    'given, but silent: no silent fallback to another',
    { given: { connect: 'zk:2181', problem: 'nobody answers' }, java, classpath },
    'any',
    { kind: 'none', message: 'ZOOKEEPER_CONNECT is zk:2181, but nobody answers.' },
  ],
  [
    'given does not help who needs to start servers',
    { given, java, classpath },
    'local',
    { kind: 'local', zookeeper: { java, classpath } },
  ],
  [
    'local before installing and Docker',
    { java, classpath, aptRights: 'root', docker: true },
    'any',
    { kind: 'local', zookeeper: { java, classpath } },
  ],
  [
    'installs both',
    { aptRights: 'root' },
    'any',
    { kind: 'install', packages: ['libzookeeper-java', 'default-jre-headless'], rights: 'root' },
  ],
  [
    'installs only jars',
    { java, aptRights: 'sudo' },
    'any',
    { kind: 'install', packages: ['libzookeeper-java'], rights: 'sudo' },
  ],
  [
    'installs only Java',
    { classpath, aptRights: 'root' },
    'local',
    { kind: 'install', packages: ['default-jre-headless'] },
  ],
  ['installing before Docker', { aptRights: 'sudo', docker: true }, 'any', { kind: 'install' }],
  ['Docker at last', { java, docker: true }, 'any', { kind: 'docker' }],
  ['Docker is no local ZooKeeper', { java, docker: true }, 'local', { kind: 'none' }],
  ['nothing', {}, 'any', { kind: 'none' }],
  [
    'old Java is named',
    { classpath, oldJava: '8 at /usr/bin/java' },
    'any',
    {
      kind: 'none',
      message: 'There is ZooKeeper, but only Java 8 at /usr/bin/java on this machine.',
    },
  ],
];

test.each(table)('%s', (_name, probe, purpose, choice) => {
  expect(chooseZookeeper({ ...nothing, ...probe }, purpose)).toMatchObject(choice);
});

test('when there is no way, every way out is one line', () => {
  const choice = chooseZookeeper({ ...nothing, java }, 'any');
  expect(choice).toMatchObject({
    ways: [
      'Debian, Ubuntu: sudo apt-get install -y --no-install-recommends libzookeeper-java',
      expect.stringMatching(/^any system: /),
      expect.stringMatching(/^Docker: /),
      expect.stringMatching(/^elsewhere: /),
    ],
  });
  expect(chooseZookeeper({ ...nothing, debian: false, macos: true }, 'local')).toMatchObject({
    ways: ['macOS: brew install zookeeper', expect.stringMatching(/^any system: /)],
  });
});
