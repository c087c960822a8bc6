import { WritePace } from './write-pace';

it('writes on the loop until a write is slow, and again after a run of fast ones', () => {
  const pace = new WritePace();
  pace.observe(1, 1000);
  expect(pace.inBackground(1000)).toBe(false);
  pace.observe(9, 1000);
  expect(pace.inBackground(1000)).toBe(true);
  for (let n = 0; n < 63; n++) pace.observe(0.5, 1000);
  pace.observe(7, 1000);
  for (let n = 0; n < 63; n++) pace.observe(0.5, 1000);
  expect(pace.inBackground(1000)).toBe(true);
  pace.observe(0.5, 1000);
  expect(pace.inBackground(1000)).toBe(false);
});

it('writes large groups in the background and forgives them their size', () => {
  const pace = new WritePace();
  expect(pace.inBackground(512 * 1024)).toBe(false);
  expect(pace.inBackground(512 * 1024 + 1)).toBe(true);
  pace.observe(12, 8 * 1024 * 1024);
  expect(pace.inBackground(1)).toBe(false);
});
