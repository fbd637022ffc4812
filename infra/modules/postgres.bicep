// PostgreSQL with Entra ID tokens only: there is no password to keep. The app has a role of its own, which a hook creates
// after provisioning; the administrator is whoever deploys, or a group.

param name string
param location string
param tags object
param sku string
param tier string
param storageInGigabytes int
param backupInDays int
@allowed(['Disabled', 'SameZone', 'ZoneRedundant'])
param highAvailability string
param databaseName string
param isPrivate bool
@description('Addresses that may connect, as {name, first, last}. Not used in private mode.')
param firewallRules array
param administratorPrincipalId string
param administratorName string
@allowed(['User', 'Group', 'ServicePrincipal'])
param administratorType string
param workspaceId string

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, tier: tier }
  properties: {
    version: '17'
    authConfig: { activeDirectoryAuth: 'Enabled', passwordAuth: 'Disabled', tenantId: tenant().tenantId }
    storage: { storageSizeGB: storageInGigabytes, autoGrow: 'Enabled' }
    backup: { backupRetentionDays: backupInDays, geoRedundantBackup: 'Disabled' }
    highAvailability: { mode: highAvailability }
    network: { publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled' }
  }
}

// The service refuses a second change while one is under way, so everything of the server is written one after another: the
// database, the server's parameters, the firewall, the administrator.
resource database 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2025-08-01' = {
  parent: server
  name: databaseName
  properties: { charset: 'UTF8', collation: 'C.utf8' }
}

var parameters = [
  { name: 'require_secure_transport', value: 'on' }
  { name: 'ssl_min_protocol_version', value: 'TLSv1.2' }
  { name: 'connection_throttle.enable', value: 'on' }
  { name: 'log_checkpoints', value: 'on' }
]

@batchSize(1)
resource configurations 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = [
  for parameter in parameters: {
    parent: server
    name: parameter.name
    properties: { value: parameter.value, source: 'user-override' }
    dependsOn: [database]
  }
]

@batchSize(1)
resource firewall 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules@2025-08-01' = [
  for rule in (isPrivate ? [] : firewallRules): {
    parent: server
    name: rule.name
    properties: { startIpAddress: rule.first, endIpAddress: rule.last }
    dependsOn: [configurations]
  }
]

resource administrator 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2025-08-01' = {
  parent: server
  name: administratorPrincipalId
  properties: {
    principalName: administratorName
    principalType: administratorType
    tenantId: tenant().tenantId
  }
  dependsOn: [configurations, firewall]
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: server
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'PostgreSQLLogs', enabled: true }]
  }
}

output id string = server.id
output host string = server.properties.fullyQualifiedDomainName
