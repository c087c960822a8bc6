import { FrameBuffers } from './frame-buffers';

test('what is given back is taken again, in the length asked for', () => {
  const buffers = new FrameBuffers();
  const first = buffers.take(65_000);
  expect(first.length).toBe(65_000);
  buffers.give(first);
  const second = buffers.take(40_000);
  expect(second.length).toBe(40_000);
  expect(second.buffer).toBe(first.buffer);
  expect(buffers.take(40_000).buffer).not.toBe(first.buffer);
});

test('a full fetch of one partition is a MiB and what surrounds it', () => {
  const buffers = new FrameBuffers();
  const frame = buffers.take(1024 * 1024 + 500);
  expect(frame.length).toBe(1024 * 1024 + 500);
  buffers.give(frame);
  expect(buffers.take(1024 * 1024 + 1).buffer).toBe(frame.buffer);
  expect(buffers.take(1024 * 1024).buffer).not.toBe(frame.buffer);
});

test('a buffer is given back once, and only to where it is from', () => {
  const buffers = new FrameBuffers();
  const frame = buffers.take(20_000);
  buffers.give(frame);
  buffers.give(frame);
  const a = buffers.take(20_000);
  const b = buffers.take(20_000);
  expect(a.buffer).not.toBe(b.buffer);
  buffers.give(a);
  const another = buffers.take(20_000);
  buffers.give(a);
  expect(buffers.take(20_000).buffer).not.toBe(another.buffer);
  const stranger = Buffer.alloc(32 * 1024);
  buffers.give(stranger);
  expect(buffers.take(32 * 1024).buffer).not.toBe(stranger.buffer);
});

test('small and huge frames have buffers of their own, and what is kept is bounded', () => {
  const buffers = new FrameBuffers();
  for (const bytes of [10, 5_000_000]) {
    const frame = buffers.take(bytes);
    buffers.give(frame);
    frame.fill(1);
    buffers.take(bytes).fill(2);
    expect(frame.equals(Buffer.alloc(bytes, 1))).toBe(true);
  }
  const many = Array.from({ length: 20 }, () => buffers.take(1024 * 1024));
  for (const frame of many) buffers.give(frame);
  const again = new Set(Array.from({ length: 20 }, () => buffers.take(1024 * 1024).buffer));
  expect(many.filter(({ buffer }) => again.has(buffer))).toHaveLength(8);
});
