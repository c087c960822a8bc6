import { tellUnacknowledged } from './tell-unacknowledged';

function told(first: number, second: number): string[] {
  const abort = new AbortController();
  const notes: string[] = [];
  let atEnd = (): void => {};
  let count = first;
  const context = {
    signal: abort.signal,
    note: (line: string) => void notes.push(line),
    atSecondSignal: (tell: () => void) => void (atEnd = tell),
  };
  tellUnacknowledged(context, () => count);
  expect(notes).toEqual([]);
  abort.abort();
  count = second;
  atEnd();
  return notes;
}

test('the first signal tells what is waited for, the second what is given up', () => {
  expect(told(3, 2)).toEqual([
    'Waiting for 3 records that are not acknowledged yet; press Ctrl-C again to give them up.',
    '2 records were not acknowledged.',
  ]);
  expect(told(1, 1)).toEqual([
    'Waiting for 1 record that is not acknowledged yet; press Ctrl-C again to give it up.',
    '1 record was not acknowledged.',
  ]);
});

test('nothing is said when nothing is waited for', () => {
  expect(told(0, 0)).toEqual([]);
});
