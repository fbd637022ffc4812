// Private endpoints of the services, and the zones in which their names lead to them.

param location string
param tags object
param abbreviations object
param token string
param networkId string
param subnetId string
param hostStorageId string
param lakeId string
param postgresId string
param openAiId string
param keyVaultId string
param functionAppId string
param usesModels bool
param usesVault bool
param isAppPublic bool

var storageSuffix = environment().suffixes.storage
var zoneNames = {
  blob: 'privatelink.blob.${storageSuffix}'
  dfs: 'privatelink.dfs.${storageSuffix}'
  queue: 'privatelink.queue.${storageSuffix}'
  table: 'privatelink.table.${storageSuffix}'
  postgresqlServer: 'privatelink.postgres.database.azure.com'
  account: 'privatelink.openai.azure.com'
  vault: 'privatelink.vaultcore.azure.net'
  sites: 'privatelink.azurewebsites.net'
}

// The numbers of endpoints and zones do not depend on ids, which are known only while the deployment runs.
var endpoints = concat(
  [
    { name: 'host-blob', service: hostStorageId, group: 'blob' }
    { name: 'host-queue', service: hostStorageId, group: 'queue' }
    { name: 'host-table', service: hostStorageId, group: 'table' }
    { name: 'lake-blob', service: lakeId, group: 'blob' }
    { name: 'lake-dfs', service: lakeId, group: 'dfs' }
    { name: 'postgres', service: postgresId, group: 'postgresqlServer' }
  ],
  usesModels ? [{ name: 'openai', service: openAiId, group: 'account' }] : [],
  usesVault ? [{ name: 'vault', service: keyVaultId, group: 'vault' }] : [],
  isAppPublic ? [] : [{ name: 'app', service: functionAppId, group: 'sites' }]
)
var groups = concat(
  ['blob', 'dfs', 'queue', 'table', 'postgresqlServer'],
  usesModels ? ['account'] : [],
  usesVault ? ['vault'] : [],
  isAppPublic ? [] : ['sites']
)

module zones 'privateZone.bicep' = [
  for group in groups: {
    name: 'zone-${group}'
    params: { name: zoneNames[group], networkId: networkId, tags: tags }
  }
]

module links 'privateEndpoint.bicep' = [
  for endpoint in endpoints: {
    name: 'endpoint-${endpoint.name}'
    params: {
      name: '${abbreviations.privateEndpoint}${endpoint.name}-${token}'
      location: location
      tags: tags
      subnetId: subnetId
      serviceId: endpoint.service
      groupId: endpoint.group
      zoneId: zones[indexOf(groups, endpoint.group)].outputs.id
    }
  }
]
