/** A computation that says where others may have their turn on the event loop. */
export type Slices<T> = Generator<void, T, void>;

/** Records looked at in one turn of the event loop. */
export const SLICE_RECORDS = 256;

/** Runs it with a pause after each slice. */
export async function inSlices<T>(slices: Slices<T>, pause: () => Promise<void>): Promise<T> {
  for (let slice = slices.next(); ; slice = slices.next()) {
    if (slice.done) return slice.value;
    await pause();
  }
}

/** Runs it without a pause. */
export function atOnce<T>(slices: Slices<T>): T {
  for (let slice = slices.next(); ; slice = slices.next()) if (slice.done) return slice.value;
}
