import { readFileSync } from 'node:fs';
import type { Report } from './render';
import { VARIANTS, type VariantName } from './variants';

/** One resource that a deployment would create. What Azure knows only while it runs is an expression in brackets. */
export interface Resource {
  id: string;
  type: string;
  name: string;
  apiVersion: string;
  location?: string;
  tags?: Record<string, string>;
  sku?: { name: string; tier?: string; capacity?: number };
  kind?: string;
  identity?: { type: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each type of resource has properties of its own
  properties?: any;
  scope?: string;
}

const file = process.env.TEST_INFRA;
/** `describe`, or `describe.skip` where there is no Bicep compiler. */
export const describeRendered = file ? describe : describe.skip;

let report: Report | undefined;
export function compilerReport(): Report {
  if (!file) throw new Error('The templates were not compiled.');
  return (report ??= JSON.parse(readFileSync(file, 'utf8')) as Report);
}

export const VARIANT_NAMES = Object.keys(VARIANTS) as VariantName[];
const cache = new Map<VariantName, Rendered>();

interface Rendered {
  resources: Resource[];
  diagnostics: string[];
}

export function rendered(variant: VariantName): Rendered {
  let found = cache.get(variant);
  if (!found) {
    const text = compilerReport().variants[variant];
    if (text === undefined) throw new Error('The templates do not compile: tests/infra/compile.test.ts says why.');
    const { predictedResources, diagnostics } = JSON.parse(text) as {
      predictedResources: Resource[];
      diagnostics: string[];
    };
    found = { resources: predictedResources, diagnostics };
    cache.set(variant, found);
  }
  return found;
}

/** The resources of one type, whose name may be written without `Microsoft.`. */
export function resourcesOf(variant: VariantName, type: string): Resource[] {
  return rendered(variant).resources.filter((resource) => resource.type === `Microsoft.${type}`);
}

/** The only resource of a type. */
export function theResource(variant: VariantName, type: string, which: (resource: Resource) => boolean = () => true) {
  const found = resourcesOf(variant, type).filter(which);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} resources of ${type} in ${variant}`);
  return found[0];
}

export function appSettings(variant: VariantName): Record<string, string> {
  return theResource(variant, 'Web/sites/config').properties as Record<string, string>;
}

/** The compiled template, with its conditions and loops. */
export function compiled(): Template {
  return JSON.parse(compilerReport().main) as Template;
}

export interface Template {
  parameters: Record<string, { type: string; metadata?: Record<string, unknown>; allowedValues?: unknown[] }>;
  outputs?: Record<string, { type: string; value: unknown }>;
  resources: Record<string, TemplateResource> | TemplateResource[];
}

export interface TemplateResource {
  type: string;
  name?: string;
  condition?: unknown;
  copy?: { mode?: string; batchSize?: number; count: unknown };
  dependsOn?: string[];
  properties?: { template?: Template; [name: string]: unknown };
}

/** All templates: the main one and the modules in it, each with its name in the template around it. */
export function templates(template: Template = compiled(), name = 'main'): { name: string; template: Template }[] {
  const inner = Object.entries(template.resources).flatMap(([key, { properties }]) =>
    properties?.template ? templates(properties.template, key) : [],
  );
  return [{ name, template }, ...inner];
}
