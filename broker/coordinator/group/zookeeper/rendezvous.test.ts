import { rendezvous } from './rendezvous';

const groups = Array.from({ length: 3_000 }, (_, number) => `group-${number}`);

it('is nobody where there is nobody', () => {
  expect(rendezvous('g', [])).toBeUndefined();
});

it('does not depend on the order, and shares evenly', () => {
  const shares = new Map<number | undefined, number>();
  for (const group of groups) {
    const chosen = rendezvous(group, [1, 2, 3]);
    expect(rendezvous(group, [3, 1, 2])).toBe(chosen);
    shares.set(chosen, (shares.get(chosen) ?? 0) + 1);
  }
  for (const share of shares.values()) expect(share).toBeGreaterThan(800);
});

it('moves only what the one who leaves had', () => {
  for (const group of groups) {
    const before = rendezvous(group, [1, 2, 3]);
    if (before !== 3) expect(rendezvous(group, [1, 2])).toBe(before);
  }
});
