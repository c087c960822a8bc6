import { ManualClock } from '../../client/runtime/manual-clock';
import { aptProgress } from './apt-progress';

test('a few lines of many', () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const progress = aptProgress(clock);
  const hear = (line: string): void => {
    const said = progress(line);
    if (said !== null) told.push(said);
  };
  hear('Reading package lists...');
  hear('0 upgraded, 94 newly installed, 0 to remove and 3 not upgraded.');
  hear('Need to get 71.2 MB of archives.');
  hear('Get:1 http://deb.debian.org/debian bookworm/main amd64 junit4 all 4.13 [348 kB]');
  hear('Unpacking junit4 (4.13.2-3) ...');
  clock.advance(2000);
  hear('Unpacking libguava-java (31.1-1) ...');
  hear('Setting up junit4 (4.13.2-3) ...');
  clock.advance(2000);
  hear('Setting up libguava-java (31.1-1) ...');
  hear('E: Failed to fetch something ');
  expect(told).toEqual([
    '94 packages to install',
    '71.2 MB to download',
    '2 of 94 unpacked, 0 set up',
    '2 of 94 unpacked, 2 set up',
    'E: Failed to fetch something',
  ]);
});
