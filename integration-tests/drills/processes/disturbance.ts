import fs from 'node:fs';

/**
 * Loaded into a broker by `node --require`, because a machine's clock and disk cannot be spoilt for
 * one process alone. The file `$DRILL_DISTURBANCE` says how; SIGUSR2 has it read again. What is done
 * to the disk is written down in `$DRILL_SYNCED`.
 */
export interface Disturbance {
  /** By how many milliseconds the wall clock is off. The monotonic one is left alone. */
  readonly clockMs: number;
  /** How long a flush takes. */
  readonly flushMs: number;
}

const file = process.env['DRILL_DISTURBANCE'];
const synced = process.env['DRILL_SYNCED'];
let now: Disturbance = { clockMs: 0, flushMs: 0 };

const realNow = Date.now.bind(Date);
const RealDate = Date;

class ShiftedDate extends RealDate {
  constructor(...given: ConstructorParameters<typeof Date> | []) {
    if (given.length === 0) super(ShiftedDate.now());
    else super(...(given as ConstructorParameters<typeof Date>));
  }

  static override now(): number {
    return realNow() + now.clockMs;
  }
}

/** Slow, and noted with the size that is safe from then on. */
function disturbedFlush(flush: typeof fs.fdatasync): typeof fs.fdatasync {
  const flushed = (fd: number, done: fs.NoParamCallback): void => {
    const { size } = fs.fstatSync(fd);
    const path = fs.readlinkSync(`/proc/self/fd/${fd}`);
    flush(fd, (error) => {
      if (!error && synced !== undefined) fs.appendFileSync(synced, `${size} ${path}\n`);
      if (now.flushMs === 0) done(error);
      else setTimeout(() => done(error), now.flushMs);
    });
  };
  return Object.assign(flushed, flush);
}

if (file !== undefined) {
  globalThis.Date = ShiftedDate as DateConstructor;
  if (fs.existsSync('/proc/self/fd')) {
    // The module itself, and before anybody takes a function out of it.
    fs.fdatasync = disturbedFlush(fs.fdatasync);
  }
  process.on('SIGUSR2', () => {
    now = JSON.parse(fs.readFileSync(file, 'utf8')) as Disturbance;
    process.stderr.write(`disturbed: ${JSON.stringify(now)}\n`);
  });
}
