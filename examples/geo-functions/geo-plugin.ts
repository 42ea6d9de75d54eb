import type { FunctionPlugin, PluginFunction } from '../../spi/index.ts';

const EARTH_RADIUS_KM = 6371.0088;

/** Functions about places on the earth, in degrees. Every engine runs them: each is SQL. */
export const geoPlugin: FunctionPlugin = {
  kind: 'functions',
  name: 'geo',
  version: '0.1.0',
  spi: '^1.2.0',
  configSchema: {
    type: 'object',
    properties: {
      radius_km: { type: 'number', description: 'Radius of the sphere. Kilometres.', default: EARTH_RADIUS_KM, minimum: 1 },
    },
  },
  create: ({ radius_km: radiusKm }) => Promise.resolve([distance(Number(radiusKm)), hemisphere, weightedMean, grid]),
};

const distance = (radiusKm: number): PluginFunction => ({
  name: 'distance_km',
  kind: 'scalar',
  parameters: ['latitude1', 'longitude1', 'latitude2', 'longitude2'],
  signatures: ['double, double, double, double -> double'],
  nulls: 'propagate',
  determinism: 'immutable',
  description: 'The way between two places along the surface, by the haversine formula.',
  sql: `2 * CAST(${String(radiusKm)} AS double) * asin(sqrt(least(1.0, power(sin(radians(latitude2 - latitude1) / 2), 2)
    + cos(radians(latitude1)) * cos(radians(latitude2)) * power(sin(radians(longitude2 - longitude1) / 2), 2))))`,
});

const hemisphere: PluginFunction = {
  name: 'hemisphere',
  kind: 'scalar',
  parameters: ['latitude'],
  signatures: ['double -> varchar'],
  nulls: 'propagate',
  determinism: 'immutable',
  description: 'north or south; the equator is north.',
  sql: "CASE WHEN latitude >= 0 THEN 'north' ELSE 'south' END",
};

const weightedMean: PluginFunction = {
  name: 'weighted_mean',
  kind: 'aggregate',
  parameters: ['coordinate', 'weight'],
  signatures: ['double, double -> double'],
  nulls: 'called',
  determinism: 'immutable',
  description: 'The mean of a coordinate, each as often as its weight says.',
  sql: 'sum(coordinate * weight) / sum(weight) FILTER (WHERE coordinate IS NOT NULL)',
};

const grid: PluginFunction = {
  name: 'grid',
  kind: 'table',
  parameters: ['step'],
  signatures: ['bigint -> table(latitude bigint, longitude bigint)'],
  nulls: 'called',
  determinism: 'immutable',
  description: 'The corners of a net of cells, so many degrees apart.',
  sql: `SELECT a.y, o.x FROM generate_series(-90, 90, step) AS a(y), generate_series(-180, 179, step) AS o(x)`,
};
