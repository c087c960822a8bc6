/** What grouping looks at in a segment that is to be cleaned. */
export interface GroupableSegment {
  readonly baseOffset: number;
  /** Offset before which its records lie. */
  readonly endOffset: number;
  readonly sizeInBytes: number;
  readonly offsetIndexBytes: number;
  readonly timeIndexBytes: number;
}

const MAX_RELATIVE_OFFSET = 0x7fff_ffff;

/**
 * Puts neighbours together whose records fit into one segment, as they are before cleaning: so that
 * segments of which little is left do not pile up (Kafka's groupSegmentsBySize).
 *
 * @param segments in order
 */
export function groupSegments<S extends GroupableSegment>(
  segments: readonly S[],
  limits: { readonly segmentBytes: number; readonly segmentIndexBytes: number },
): S[][] {
  const groups: S[][] = [];
  let group: S[] = [];
  let [size, offsetIndex, timeIndex] = [0, 0, 0];
  for (const segment of segments) {
    const first = group[0];
    const fits =
      first !== undefined &&
      size + segment.sizeInBytes <= limits.segmentBytes &&
      offsetIndex + segment.offsetIndexBytes <= limits.segmentIndexBytes &&
      timeIndex + segment.timeIndexBytes <= limits.segmentIndexBytes &&
      segment.endOffset - 1 - first.baseOffset <= MAX_RELATIVE_OFFSET;
    if (!fits) {
      groups.push((group = []));
      [size, offsetIndex, timeIndex] = [0, 0, 0];
    }
    group.push(segment);
    size += segment.sizeInBytes;
    offsetIndex += segment.offsetIndexBytes;
    timeIndex += segment.timeIndexBytes;
  }
  return groups;
}
