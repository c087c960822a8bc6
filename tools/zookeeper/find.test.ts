import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findZookeeperClasspath } from './find-classpath';
import { parseJavaMajor } from './find-java';

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['java version "1.8.0_312"', 8],
  ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "11" 2018', 11],
  ['openjdk version "21-ea"', 21],
  ['The operation could not be completed.', null],
])('java version in %j', (output, major) => expect(parseJavaMajor(output)).toBe(major));

describe('class path', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'classpath-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const put = (path: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  };

  const places: [string, string[], string | null][] = [
    ['an empty machine', [], null],
    ['Debian', ['usr/share/java/zookeeper.jar'], '/usr/share/java/zookeeper.jar'],
    [
      'Debian with a logger',
      ['usr/share/java/zookeeper.jar', 'usr/share/java/slf4j-simple.jar'],
      '/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar',
    ],
    [
      'the newest release under /opt',
      [
        'opt/apache-zookeeper-3.8.4-bin/lib/zookeeper-3.8.4.jar',
        'opt/apache-zookeeper-3.9.2-bin/lib/zookeeper-3.9.2.jar',
        'opt/apache-zookeeper-3.9.2-bin/conf/logback.xml',
      ],
      '/opt/apache-zookeeper-3.9.2-bin/conf:/opt/apache-zookeeper-3.9.2-bin/lib/*',
    ],
    [
      'a release of 3.4',
      ['usr/local/zookeeper-3.4.14/zookeeper-3.4.14.jar', 'usr/local/zookeeper-3.4.14/lib/x.jar'],
      '/usr/local/zookeeper-3.4.14/zookeeper-3.4.14.jar:/usr/local/zookeeper-3.4.14/lib/*',
    ],
    [
      'Homebrew',
      ['opt/homebrew/opt/zookeeper/libexec/lib/zookeeper-3.9.3.jar'],
      '/opt/homebrew/opt/zookeeper/libexec/lib/*',
    ],
    ['other jars', ['opt/zookeeper/lib/zookeeper-jute-3.9.jar', 'usr/share/java/junit.jar'], null],
  ];

  test.each(places)('%s', (_name, files, expected) => {
    files.forEach(put);
    const found = findZookeeperClasspath({}, root);
    expect(found === null ? null : found.replaceAll(root, '')).toBe(expected);
  });

  test('what the user says goes first', () => {
    put('usr/share/java/zookeeper.jar');
    put('mine/lib/zookeeper-3.9.3.jar');
    const home = join(root, 'mine');
    expect(findZookeeperClasspath({ ZOOKEEPER_HOME: home }, root)).toBe(join(home, 'lib/*'));
    expect(
      findZookeeperClasspath({ ZOOKEEPER_CLASSPATH: 'a.jar:b.jar', ZOOKEEPER_HOME: home }, root),
    ).toBe('a.jar:b.jar');
  });
});
