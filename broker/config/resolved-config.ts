import type { ConfigDefinition } from './config-definition';
import { parseConfig } from './parse-config';

/** One place a value could come from. */
export interface Candidate {
  /** Name under which it is set there; may be a synonym with another unit. */
  readonly name: string;
  readonly text: string;
  /** A `ConfigSource` of DescribeConfigs. */
  readonly source: number;
  /** What a number of it is multiplied with to get the unit of the config asked for. */
  readonly times: number;
}

/** A config with its value and where that comes from. */
export interface ResolvedConfig {
  readonly key: string;
  readonly definition: ConfigDefinition;
  readonly value: unknown;
  /** The value as text, in the unit of the config; null when it is not set. */
  readonly text: string | null;
  readonly source: number;
  /** All places that give a value, the one that counts first. */
  readonly candidates: readonly Candidate[];
}

/** @param source the source told when there is no candidate */
export function resolve(
  key: string,
  definition: ConfigDefinition,
  candidates: readonly Candidate[],
  source: number,
): ResolvedConfig {
  if (candidates.length === 0) {
    return { key, definition, value: null, text: null, source, candidates };
  }
  const [first] = candidates;
  const text = inUnit(first);
  const value = parseConfig(key, definition, text);
  return { key, definition, value, text, source: first.source, candidates };
}

/** -1 says "without limit" in every unit. */
function inUnit({ text, times }: Candidate): string {
  const trimmed = text.trim();
  if (times === 1 || Number(trimmed) < 0) return trimmed;
  return String(Number(trimmed) * times);
}
