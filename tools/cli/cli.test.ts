import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../client/runtime/manual-clock';
import { colours } from './colours';
import { parseKeyValue } from './key-value-option';
import { startProgress } from './progress';
import { loadPropertiesFile, loadVerbatimProperties } from './properties-file';
import { boxedTable, plainTable } from './table';
import { recordingStream } from './testing';

describe('colours', () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('on a terminal %s with %j: %s', (isTTY, env, coloured) => {
    const text = colours(recordingStream(isTTY), env).green('x');
    expect(text).toBe(coloured ? '\u001b[32mx\u001b[39m' : 'x');
  });
});

describe('tables', () => {
  const columns = [{ header: 'TOPIC' }, { header: 'LAG', align: 'right' as const }];
  const rows = [
    ['clicks', 7],
    ['a-long-topic', 12345],
  ];

  test('plain: padded columns, no lines, no blanks at line ends', () => {
    expect(plainTable(columns, rows)).toBe(
      'TOPIC           LAG\nclicks            7\na-long-topic  12345',
    );
    expect(plainTable([{ header: 'A' }, { header: 'LONG' }], [['1', '2']])).toBe('A  LONG\n1  2');
  });

  test('boxed: lines around the cells', () => {
    expect(boxedTable(columns, rows)).toContain('│ clicks       │     7 │');
  });
});

describe('progress', () => {
  test('off a terminal: a line every few seconds', () => {
    const stream = recordingStream();
    const clock = new ManualClock();
    const progress = startProgress({
      label: 'Producing',
      total: 200,
      unit: 'records',
      stream,
      clock,
    });
    progress.update(10);
    clock.advance(3000);
    progress.update(50);
    progress.update(60);
    clock.advance(3000);
    progress.update(200);
    progress.stop();
    expect(stream.text).toBe(
      'Producing: 50 of 200 records (25 %)\nProducing: 200 of 200 records (100 %)\n',
    );
  });
});

describe('properties files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'properties-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('are read flat, the last of equal keys wins', () => {
    const file = join(folder, 'a.properties');
    writeFileSync(file, '# note\na.b=1 \nc : two words\npath=C\\:\\\\x\na.b=2\nempty=\n');
    expect(loadPropertiesFile(file)).toEqual({
      'a.b': '2',
      c: 'two words',
      path: 'C:\\x',
      empty: '',
    });
  });

  test('say what is wrong with the path', () => {
    expect(() => loadPropertiesFile(join(folder, 'none'))).toThrow(/Cannot read .*does not exist/);
    expect(() => loadPropertiesFile(folder)).toThrow(
      expect.objectContaining({ advice: 'Name the file, not its directory.' }),
    );
  });

  test('a line without a value is an empty one', () => {
    const file = join(folder, 'empty.properties');
    writeFileSync(file, 'a\nb=1');
    expect(loadPropertiesFile(file)).toEqual({ a: '', b: '1' });
  });

  test.each([
    ['s=\\t', '\t', ''],
    ['s=\\ \n', ' ', ''],
    ['s=\\u0020|\\u0020\r\n', ' | ', ' |'],
    ['s = \t , \t\r\nother=1', ', \t', ','],
    ['s=  \n', '', ''],
    ['s==', '=', '='],
    ['s=\\\n  x', 'x', 'x'],
  ])('blanks of a value: %j', (text, verbatim, asConfig) => {
    const file = join(folder, 'blanks.properties');
    writeFileSync(file, text);
    expect(loadVerbatimProperties(file).s).toBe(verbatim);
    expect(loadPropertiesFile(file).s).toBe(asConfig);
  });
});

test.each([
  ['a=b', { key: 'a', value: 'b' }],
  ['a=b=c', { key: 'a', value: 'b=c' }],
  [' a = b ', { key: 'a', value: 'b' }],
  ['a=', { key: 'a', value: '' }],
])('key=value: %j', (text, parsed) => expect(parseKeyValue(text)).toEqual(parsed));

test.each(['a', '=b', ''])('not key=value: %j', (text) =>
  expect(() => parseKeyValue(text)).toThrow('key=value'),
);
