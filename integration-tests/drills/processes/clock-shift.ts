import { readFileSync } from 'node:fs';

/**
 * Loaded into a broker by `node --require`: on SIGUSR2 reads from the file `$DRILL_CLOCK` by how
 * many milliseconds the wall clock is to be off from then on. The monotonic clock is left alone, as
 * it is when somebody sets a machine's date.
 */
const file = process.env['DRILL_CLOCK'];
const realNow = Date.now.bind(Date);
const RealDate = Date;
let offMs = 0;

class ShiftedDate extends RealDate {
  constructor(...given: ConstructorParameters<typeof Date> | []) {
    if (given.length === 0) super(ShiftedDate.now());
    else super(...(given as ConstructorParameters<typeof Date>));
  }

  static override now(): number {
    return realNow() + offMs;
  }
}

if (file !== undefined) {
  globalThis.Date = ShiftedDate as DateConstructor;
  process.on('SIGUSR2', () => {
    offMs = Number(readFileSync(file, 'utf8'));
    process.stderr.write(`clock shifted by ${offMs}\n`);
  });
}
