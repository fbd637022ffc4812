import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite } from '../../../local/azurite';

describe('Azurite', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'azurite test '));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps a blob after a restart, in a path with a space', async () => {
    const first = await startAzurite({ dataDirectory: folder });
    const container = BlobServiceClient.fromConnectionString(first.connectionString).getContainerClient('kept');
    await container.create();
    await container.getBlockBlobClient('a.txt').upload('hello', 5);
    await first.stop();

    const second = await startAzurite({ dataDirectory: folder });
    const again = BlobServiceClient.fromConnectionString(second.connectionString).getContainerClient('kept');
    expect((await again.getBlockBlobClient('a.txt').downloadToBuffer()).toString()).toBe('hello');
    await second.stop();
  });
});
