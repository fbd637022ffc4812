import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import tls from 'node:tls';
import { z } from 'zod';

/** The kinds of values that settings have. */
export const url = (protocols: string[]): z.ZodType<string> =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

export const postgresUrl = url(['postgres:', 'postgresql:']);

export const wholeNumber = (low: number, high: number): z.ZodType<number> => {
  const expected = `a whole number from ${low} to ${high}`;
  return z.coerce.number(expected).pipe(z.number().int(expected).min(low, expected).max(high, expected));
};

export const containerName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){2,62}$/, '3 to 63 lower-case letters, digits and single hyphens');

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
export const folder = z.string().refine(isFolder, 'a folder that exists');

/** A certificate to trust, as base64 of PEM, in PEM afterwards. Node.js can add one while it runs since 22.19 and 24.5. */
export const certificate = z
  .string()
  .transform((text) => Buffer.from(text, 'base64').toString('utf8'))
  .refine(isCertificate, 'base64 of a certificate in PEM')
  .refine(
    () => 'setDefaultCACertificates' in tls,
    'Node.js 22.19 or newer, which can trust a certificate while it runs',
  );

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}

export const flag = z
  .enum(['true', 'false'], 'true or false')
  .default('false')
  .transform((text) => text === 'true');

/** Values with commas between them; an absent setting is an empty list. */
export const listOf = <Item extends z.ZodType<unknown, string>>(item: Item, expected: string) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .transform((entries) => entries.filter((entry) => entry !== ''))
    .pipe(z.array(item, expected));
