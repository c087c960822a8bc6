import { WritePace } from './write-pace';

const KIB = 1024;

function observe(pace: WritePace, ms: number, times = 1): void {
  for (let n = 0; n < times; n++) pace.observe(ms, 1000);
}

const isInBackground = (pace: WritePace): boolean => pace.inBackground(1000);

it('writes on the loop until writes are slow, and again after enough fast ones', () => {
  const pace = new WritePace();
  observe(pace, 9);
  expect(isInBackground(pace)).toBe(false);
  observe(pace, 1, 63);
  observe(pace, 9);
  expect(isInBackground(pace)).toBe(true);
  observe(pace, 0.5, 63);
  expect(isInBackground(pace)).toBe(true);
  observe(pace, 0.5);
  expect(isInBackground(pace)).toBe(false);
});

it('forgives a slow write now and then', () => {
  const pace = new WritePace();
  for (let n = 0; n < 10; n++) {
    observe(pace, 9);
    observe(pace, 1, 64);
  }
  expect(isInBackground(pace)).toBe(false);
});

it('does not wait for a second stall', () => {
  const pace = new WritePace();
  observe(pace, 51);
  expect(isInBackground(pace)).toBe(true);
});

it('comes back though one write in twenty waits for the processor, not when one in five does', () => {
  const writesUntilBack = (every: number): number => {
    const pace = new WritePace();
    observe(pace, 51);
    let writes = 0;
    while (isInBackground(pace) && writes < 10_000) observe(pace, ++writes % every === 0 ? 7 : 0.5);
    return writes;
  };
  expect(writesUntilBack(20)).toBeLessThan(150);
  expect(writesUntilBack(5)).toBe(10_000);
});

it('writes large groups in the background and forgives them their size', () => {
  const pace = new WritePace();
  expect(pace.inBackground(512 * KIB)).toBe(false);
  expect(pace.inBackground(512 * KIB + 1)).toBe(true);
  pace.observe(60, 30 * KIB * KIB);
  pace.observe(12, 8 * KIB * KIB);
  expect(isInBackground(pace)).toBe(false);
});
