/** A fault by its place in the YAML: `['schema', 0, 'properties', 2, 'name']`. */
export interface ContractFault {
  path: PropertyKey[];
  message: string;
  found?: string;
  expected?: string;
}
