import tls from 'node:tls';

/** In Node.js since 22.19 and 24.5; the types of Node.js 20 do not have them. */
interface CertificateStore {
  getCACertificates(type: 'default'): string[];
  setDefaultCACertificates(certificates: string[]): void;
}

/**
 * Makes new TLS connections of this process trust a certificate (PEM) beside those that they trusted before. The client of
 * Qdrant has no option for it. A certificate that may not sign others opens no other host.
 */
export function trustCertificate(pem: string): void {
  const store = tls as unknown as CertificateStore;
  store.setDefaultCACertificates([...store.getCACertificates('default'), pem]);
}
