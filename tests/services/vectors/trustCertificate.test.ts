import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { readConfig } from '../../../lib/config/readConfig';
import { createQdrantIndex } from '../../../lib/vectors/qdrant';
import { trustCertificate } from '../../../lib/vectors/trustCertificate';

const canMake = spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0;
const canTrust = 'setDefaultCACertificates' in tls;
const why = !canMake ? 'openssl is not on PATH' : !canTrust ? `Node.js ${process.version} cannot` : '';
const [run, note] = why ? [it.skip, ` (skipped: ${why})`] : [it, ''];

const settings = {
  LAKE_CONNECTION_STRING: 'UseDevelopmentStorage=true',
  POSTGRES_URL: 'postgres://u:p@127.0.0.1:5432/db',
  QDRANT_URL: 'https://localhost:6333',
};

describe('the certificate of Qdrant', () => {
  let folder: string;
  let server: Server | undefined;
  let certificate = '';

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'certificate-'));
    if (!canMake) return;
    // As infra/qdrant/cloud-init.yaml makes it.
    const [key, file] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
      ...['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth'],
      ...['-keyout', key, '-out', file],
    ]);
    expect(made.status).toBe(0);
    certificate = readFileSync(file, 'utf8');
    server = createServer({ key: readFileSync(key), cert: certificate }, (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ result: [{ points: [] }, { points: [] }], status: 'ok', time: 0 }));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    rmSync(folder, { recursive: true, force: true });
  });

  run(`opens the server that has it, and only then${note}`, async () => {
    const search = (): Promise<unknown> => {
      const url = `https://localhost:${(server?.address() as AddressInfo).port}`;
      const question = { dense: Float32Array.of(1, 0), lexical: { indices: [3], values: [1] }, filters: {}, limit: 5 };
      return createQdrantIndex({ url, alias: 'a', embedder: { id: 'test-2', dimensions: 2 } }).search(question);
    };
    await expect(search()).rejects.toMatchObject({ code: 'VECTORS_UNAVAILABLE' });
    trustCertificate(certificate);
    await expect(search()).resolves.toEqual({ dense: [], lexical: [] });
  });

  run(`is read from its setting${note}`, () => {
    const value = Buffer.from(certificate).toString('base64');
    expect(readConfig({ ...settings, QDRANT_CERTIFICATE: value }).qdrant.certificate).toBe(certificate);
  });

  it('is refused when it is none', () => {
    const read = () => readConfig({ ...settings, QDRANT_CERTIFICATE: Buffer.from('hello').toString('base64') });
    expect(read).toThrow(/QDRANT_CERTIFICATE.*base64 of a certificate in PEM/s);
  });
});
