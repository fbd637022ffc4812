import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
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

/** A relative path of a setting as an absolute one: the working directory of a worker in Azure is not the app's folder. */
export const fromAppFolder = (text: string): string => path.resolve(appFolder(), text);

/** The nearest folder above this file that has host.json; in a bundle this file is elsewhere. */
function appFolder(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'host.json'))) return folder;
    if (folder === path.dirname(folder)) return process.cwd();
  }
}

const isFolder = (text: string): boolean =>
  statSync(fromAppFolder(text), { throwIfNoEntry: false })?.isDirectory() === true;
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

/** JSON of a shape, or the path of a file with it. */
export const jsonOrFile = <Output>(shape: z.ZodType<Output>): z.ZodType<Output, string> =>
  z.string().transform((text, context) => {
    const refuse = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    let json = text;
    if (!text.startsWith('{')) {
      if (!statSync(fromAppFolder(text), { throwIfNoEntry: false })?.isFile())
        return refuse('a JSON object, or a file');
      json = readFileSync(fromAppFolder(text), 'utf8');
    }
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch (error) {
      return refuse(`valid JSON: ${(error as Error).message}`);
    }
    const parsed = shape.safeParse(value);
    if (parsed.success) return parsed.data;
    return refuse(parsed.error.issues.map(({ path: where, message }) => `${where.join('.')}: ${message}`).join('; '));
  });

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
