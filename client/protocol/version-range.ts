/** An inclusive range of API versions. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

const NEVER: VersionRange = { min: 1, max: 0 };

/**
 * Parses the notation of Kafka's message schemas: `3` (one version), `3-9`, `3+` (from 3 on),
 * `none`.
 */
export function versionRange(text: string): VersionRange {
  if (text === 'none') return NEVER;
  const match = /^(\d+)(?:-(\d+)|(\+))?$/.exec(text);
  if (!match) throw new TypeError(`Not a version range: "${text}".`);
  const min = Number(match[1]);
  const max = match[3] ? Infinity : match[2] === undefined ? min : Number(match[2]);
  return { min, max };
}

export function includes(range: VersionRange, version: number): boolean {
  return version >= range.min && version <= range.max;
}

/** The highest version both sides know, or undefined when there is none. */
export function highestCommon(a: VersionRange, b: VersionRange): number | undefined {
  const version = Math.min(a.max, b.max);
  return version >= Math.max(a.min, b.min) ? version : undefined;
}

export function formatRange({ min, max }: VersionRange): string {
  if (max === Infinity) return `${min}+`;
  return min === max ? String(min) : `${min}-${max}`;
}
