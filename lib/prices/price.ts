/** Where a price holds and where it was read. */
export interface PriceOrigin {
  /** Azure region, or `any`. */
  region: string;
  source: string;
  /** Day on which it was read or published, `yyyy-mm-dd`, or the month, `yyyy-mm`. */
  date: string;
  /** True for a price from memory, without a source that can be looked up. */
  isRecalled?: boolean;
}

export interface Price extends PriceOrigin {
  /** In the currency of the list, of one unit. */
  price: number;
  unit: string;
}

/** Of a million tokens. */
export interface ModelPrice extends PriceOrigin {
  input: number;
  /** Of input that the service had read before. Absent: the price of input. */
  cached?: number;
  /** Absent for an embedding model. */
  output?: number;
}

/** What is paid for, by the unit of its price. */
export const PRICED_ITEMS = {
  flexGigabyteSecond: 'GB-second',
  flexMillionExecutions: 'million executions',
  alwaysReadyGigabyteSecond: 'GB-second',
  blobReads: '10,000 requests',
  blobWrites: '10,000 requests',
  blobOthers: '10,000 requests',
  blobHotLrs: 'GB and month',
  blobHotZrs: 'GB and month',
  blobCoolLrs: 'GB and month',
  blobCoolZrs: 'GB and month',
  queueOperations: '10,000 requests',
  tableOperations: '10,000 requests',
  'postgres Standard_B1ms': 'hour',
  'postgres Standard_D2ds_v5': 'hour',
  postgresStorage: 'GB and month',
  staticWebApp: 'app and month',
  logData: 'GB',
  'machine Standard_D2as_v5': 'hour',
  'disk 128 GB': 'disk and month',
  natGateway: 'hour',
  publicAddress: 'hour',
  privateEndpoint: 'hour',
  privateEndpointData: 'GB',
  privateZone: 'zone and month',
} as const;
export type PricedItem = keyof typeof PRICED_ITEMS;

export interface PriceList {
  currency: string;
  /** An item without a price has none that is known. */
  items: Partial<Record<PricedItem, Price>>;
  /** By name of the model or deployment, as the settings name it. */
  models: Record<string, ModelPrice>;
}
