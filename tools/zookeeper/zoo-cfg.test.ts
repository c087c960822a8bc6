import { zooCfg } from './zoo-cfg';

test('one server stands alone', () => {
  const server = { id: 1, home: '/d/zk', clientPort: 2181 };
  const text = zooCfg(server, [server]);
  expect(text).toContain('dataDir=/d/zk/data\nclientPortAddress=127.0.0.1\nclientPort=2181\n');
  expect(text).toContain('admin.enableServer=false');
  expect(text).not.toMatch(/server\.|initLimit/);
});

test('several make an ensemble that all of them know', () => {
  const servers = [1, 2, 3].map((id) => ({
    id,
    home: `/d/${id}`,
    clientPort: 2180 + id,
    quorumPort: 2887 + id,
    electionPort: 3887 + id,
  }));
  const text = zooCfg(servers[1], servers, { tickTime: 500 });
  expect(text).toContain('tickTime=500\ndataDir=/d/2/data\n');
  expect(text).toContain(
    'server.1=127.0.0.1:2888:3888\nserver.2=127.0.0.1:2889:3889\nserver.3=127.0.0.1:2890:3890\n',
  );
});
