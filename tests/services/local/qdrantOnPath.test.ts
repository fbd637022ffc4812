import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vectorService } from '../../../local/platform/services';
import { layoutOf } from '../../../local/platform/layout';
import { anyFreePort } from '../../../local/ports';

/** Checks its settings as Qdrant does at its start, which reads ports as 16-bit integers, then answers like it. */
const STAND_IN = `#!${process.execPath}
const { env } = process;
for (const name of ['QDRANT__SERVICE__HTTP_PORT', 'QDRANT__SERVICE__GRPC_PORT']) {
  if (env[name] !== undefined && !(/^[0-9]{1,5}$/.test(env[name]) && Number(env[name]) < 65536)) {
    console.error('Error: invalid type: string "' + env[name] + '", expected an integer for key ' + name);
    process.exit(1);
  }
}
for (const name of ['QDRANT__TELEMETRY_DISABLED']) {
  if (!['true', 'false'].includes(env[name])) process.exit(1);
}
require('node:http')
  .createServer((request, response) => {
    const isOpen = ['/', '/readyz', '/livez', '/healthz'].includes(request.url);
    response.statusCode = isOpen || request.headers['api-key'] === env.QDRANT__SERVICE__API_KEY ? 200 : 401;
    response.end(JSON.stringify({ folder: env.QDRANT__STORAGE__STORAGE_PATH }));
  })
  .listen(Number(env.QDRANT__SERVICE__HTTP_PORT), env.QDRANT__SERVICE__HOST);
`;

let folder: string;
const givenPath = process.env.PATH;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'qdrant-on-path-'));
  await writeFile(path.join(folder, 'qdrant'), STAND_IN);
  await chmod(path.join(folder, 'qdrant'), 0o755);
  process.env.PATH = `${folder}${path.delimiter}${givenPath}`;
});

afterEach(async () => {
  process.env.PATH = givenPath;
  await rm(folder, { recursive: true, force: true });
});

test('a qdrant on PATH starts with the settings that it gets', async () => {
  const layout = layoutOf(folder, path.join(folder, 'data'));
  await mkdir(layout.dataDirectory);
  const service = await vectorService(layout, {}, { port: await anyFreePort(), apiKey: 'key' });
  try {
    expect(service.name).toBe('vectors (qdrant)');
    const answer = await fetch(`${service.url}/collections`, { headers: { 'api-key': 'key' } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ folder: path.join(folder, 'data', 'qdrant') });
  } finally {
    await service.stop();
  }
});
