/**
 * Applies `act` to every item with at most `limit` under way, and returns the results in order.
 * The limit stays below what a session takes in flight. Rejects with the first failure.
 */
export async function pipelined<T, R>(
  items: readonly T[],
  act: (item: T) => Promise<R>,
  limit = 200,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await act(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** The items in groups of at most `size`. */
export function inChunks<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
