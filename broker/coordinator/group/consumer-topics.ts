/** Members of this type say in a known format what they read. */
export const CONSUMER_PROTOCOL = 'consumer';

/**
 * The topics of a consumer's subscription (ConsumerProtocolSubscription: i16 version, then the
 * topics).
 *
 * @returns undefined when the bytes are not one; clients of other protocols may say what they like
 */
export function subscribedTopics(metadata: Buffer): string[] | undefined {
  try {
    let position = 2;
    const count = metadata.readInt32BE(position);
    position += 4;
    if (count < 0 || count > metadata.length) return undefined;
    const topics: string[] = [];
    for (let i = 0; i < count; i++) {
      const length = metadata.readInt16BE(position);
      position += 2;
      if (length < 0 || position + length > metadata.length) return undefined;
      topics.push(metadata.toString('utf8', position, position + length));
      position += length;
    }
    return topics;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
