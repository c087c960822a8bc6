import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SessionFile } from './session-file';

describe('SessionFile', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'session-file-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('gives back what was saved, and only its owner may read it', async () => {
    const path = join(directory, 'zookeeper-session.json');
    const file = new SessionFile(path);
    expect(await file.load()).toBeNull();
    const password = Buffer.from('0123456789abcdef');
    await file.save({ id: 0x1000_0000_0000_00ffn, password }, 3);
    expect(await file.load()).toEqual({
      id: 0x1000_0000_0000_00ffn,
      password,
      generation: 3,
      bootId: file.bootId,
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      sessionId: '0x10000000000000ff',
    });
  });

  it.each(['', '{', 'null', '[]', '{"sessionId":"x","password":"eA=="}', '{"sessionId":"0x1"}'])(
    'has nothing to offer when it holds %j',
    async (text) => {
      const path = join(directory, 'session.json');
      await writeFile(path, text);
      expect(await new SessionFile(path).load()).toBeNull();
    },
  );
});
