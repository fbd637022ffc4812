// Everything that the app needs in Azure, in one resource group. `azd up` passes infra/main.parameters.json;
// infra/environments has the same for staging and production. docs/infrastructure.md explains the choices.
targetScope = 'subscription'

import { deployment } from 'modules/openAi.bicep'

@minLength(1)
@maxLength(40)
@description('Name of the environment. It makes the names of all resources unique.')
param environmentName string

@allowed(['staging', 'production'])
@description('Chooses the sizes in infra/environments/sizes.json.')
param environmentType string = 'staging'

@description('Region of everything but the web app and the models.')
@allowed([
  'australiaeast'
  'canadacentral'
  'centralus'
  'eastasia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'norwayeast'
  'southafricanorth'
  'southcentralus'
  'southeastasia'
  'spaincentral'
  'swedencentral'
  'switzerlandnorth'
  'uaenorth'
  'uksouth'
  'westeurope'
  'westus2'
  'westus3'
])
@metadata({ azd: { type: 'location' } })
param location string

@description('Region of the Static Web App, which few regions have. Its content is served from everywhere.')
@allowed(['centralus', 'eastasia', 'eastus2', 'westeurope', 'westus2'])
param webLocation string = 'westeurope'

@description('Region of Azure OpenAI; empty: the region of everything else.')
param modelLocation string = ''

@description('Entra ID object id of whoever deploys: administrator of PostgreSQL, and allowed to upload to the lake.')
param principalId string = deployer().objectId

@description('Name of that principal: the user principal name, or the display name of a group or an app. Empty: the user who deploys.')
param principalName string = ''

@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'User'

@description('Closes storage, PostgreSQL, Azure OpenAI and Key Vault to everything outside a virtual network.')
param privateNetwork bool = false

@description('Links the web app with the function app. Without the link the function app can be private too.')
param linkWebApp bool = true

@allowed(['local', 'azure-openai'])
@description('Who computes embeddings: the app itself, or Azure OpenAI.')
param embedding string = 'local'

@allowed(['extractive', 'azure-openai'])
@description('Who writes answers: quotes of the documents only, or Azure OpenAI.')
param answering string = 'extractive'

@minValue(1)
@description('Quota of the embedding model, in thousands of tokens a minute.')
param embeddingCapacity int = 120

@minValue(1)
@description('Quota of the chat model, in thousands of tokens a minute.')
param chatCapacity int = 50

@allowed(['url', 'vm'])
@description('A Qdrant that exists (Qdrant Cloud), or one virtual machine.')
param qdrant string = 'url'

@description('Address of the Qdrant that exists, with its port: https://example.cloud.qdrant.io:6333.')
param qdrantUrl string = ''

@secure()
@description('Key of the Qdrant that exists. Empty: what is in the vault stays, and the first time a random key is written.')
param qdrantApiKey string = ''

@description('False for a Qdrant without a key; then there is no Key Vault.')
param qdrantHasKey bool = true

@description('Version of Qdrant on the virtual machine.')
param qdrantVersion string = '1.16.3'

@description('SHA-256 of the file qdrant-x86_64-unknown-linux-musl.tar.gz of that release.')
param qdrantSha256 string = ''

@description('Public SSH key of the virtual machine. Nothing can reach its port; a hook makes a key and forgets the private half.')
param qdrantSshPublicKey string = ''

@description('Certificate of Qdrant on the virtual machine, base64 of PEM. A hook reads it after the first deployment.')
param qdrantCertificate string = ''

@description('Size of the virtual machine. 8 GB hold about a million chunks of 1,536 dimensions.')
param qdrantVmSize string = 'Standard_D2as_v5'

@allowed(['azureStorage', 'durableTaskScheduler'])
@description('Where Durable Functions keeps runs. The package must be built for the same.')
param durableBackend string = 'azureStorage'

@description('When the day that has ended is ingested, UTC: second minute hour day month weekday.')
param ingestSchedule string = '0 0 1 * * *'

@description('Roles of everybody who signs in to the web app, for example reader. Empty: roles are given by invitation.')
param signedInRoles string = ''

@description('Application id or URI that access tokens must be for; with it scripts can call the API.')
param entraAudience string = ''

@description('Address that may reach PostgreSQL, such as the one of the machine that deploys. Not in private mode.')
param allowedAddress string = ''

@description('Who gets alerts: e-mail addresses, with commas between them.')
param alertEmails string = ''

@minValue(0)
@description('Most that a month should cost, in the currency of the subscription; 0: no budget.')
param monthlyBudget int = 0

@description('First day of the month in which the budget begins. It must stay the same.')
param budgetStart string = '2026-12-01'

var abbreviations = loadJsonContent('abbreviations.json')
var size = loadJsonContent('environments/sizes.json')[environmentType]
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = {
  'azd-env-name': environmentName
  application: 'pipeline-x'
  environment: environmentType
}

var lakeName = '${abbreviations.storageAccount}lake${token}'

var usesScheduler = durableBackend == 'durableTaskScheduler'
var usesModels = embedding == 'azure-openai' || answering == 'azure-openai'
var usesMachine = qdrant == 'vm'
var usesVault = usesMachine || qdrantHasKey
var usesNetwork = privateNetwork || usesMachine
// The Static Web App cannot reach a function app that is closed to the public.
var isAppPublic = linkWebApp || !privateNetwork
var hubName = 'pipeline${token}'
var databaseName = 'pipeline'
var secretName = 'qdrant-api-key'
var containers = {
  raw: 'raw'
  processed: 'processed-data'
  quarantine: 'quarantine'
  staging: 'staging'
  contracts: 'contracts'
}
var emails = empty(alertEmails) ? [] : map(split(alertEmails, ','), email => trim(email))

var checkedQdrantUrl = qdrant == 'url' && empty(qdrantUrl)
  ? fail('QDRANT_URL is empty. Set the address of your Qdrant, or QDRANT=vm for a virtual machine.')
  : qdrantUrl
var checkedSha256 = usesMachine && length(qdrantSha256) != 64
  ? fail('QDRANT_SHA256 must be the SHA-256 of the release file of Qdrant: 64 hexadecimal digits.')
  : qdrantSha256
var checkedSshKey = usesMachine && empty(qdrantSshPublicKey)
  ? fail('QDRANT_SSH_PUBLIC_KEY is empty. The hook before provisioning sets it.')
  : qdrantSshPublicKey

// gpt-5.4-mini retires in March 2027, later than the other small models. The embedding model retires no sooner than April 2027.
var embeddingDeployment = 'text-embedding-3-small'
var chatDeployment = 'gpt-5.4-mini'
var deployments deployment[] = concat(
  embedding == 'azure-openai'
    ? [
        {
          name: embeddingDeployment
          model: 'text-embedding-3-small'
          version: '1'
          capacity: embeddingCapacity
          keepsVersion: true
        }
      ]
    : [],
  answering == 'azure-openai'
    ? [
        {
          name: chatDeployment
          model: 'gpt-5.4-mini'
          version: '2026-03-17'
          capacity: chatCapacity
          keepsVersion: false
        }
      ]
    : []
)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: '${abbreviations.resourceGroup}${environmentName}'
  location: location
  tags: tags
}

// The names of role assignments contain these names instead of object ids, which are known only while the deployment runs:
// what-if can then tell an assignment that stays from one that comes.
var appIdentityName = '${abbreviations.userAssignedIdentity}app-${token}'
var machineIdentityName = '${abbreviations.userAssignedIdentity}qdrant-${token}'

module appIdentity 'modules/identity.bicep' = {
  scope: group
  params: { name: appIdentityName, location: location, tags: tags }
}

module machineIdentity 'modules/identity.bicep' = if (usesMachine) {
  scope: group
  params: { name: machineIdentityName, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: '${abbreviations.workspace}${token}'
    componentName: '${abbreviations.applicationInsights}${token}'
    location: location
    tags: tags
    retentionInDays: size.logsInDays
    dailyQuotaInGigabytes: size.logsInGigabytesPerDay
    identityName: appIdentityName
    principalId: appIdentity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (usesNetwork) {
  scope: group
  params: {
    name: '${abbreviations.virtualNetwork}${token}'
    location: location
    tags: tags
    abbreviations: abbreviations
    token: token
    workspaceId: monitoring.outputs.workspaceId
  }
}

module hostStorage 'modules/hostStorage.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.storageAccount}host${token}'
    location: location
    tags: tags
    sku: size.storageSku
    isPrivate: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
    identityName: appIdentityName
    principalId: appIdentity.outputs.principalId
    hasTaskHub: !usesScheduler
  }
}

module lake 'modules/lake.bicep' = {
  scope: group
  params: {
    name: lakeName
    location: location
    tags: tags
    sku: size.storageSku
    isPrivate: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
    containers: containers
    softDeleteInDays: size.softDeleteInDays
    rawToCoolInDays: size.rawToCoolInDays
    identityName: appIdentityName
    principalId: appIdentity.outputs.principalId
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
    hasSnapshots: usesMachine
    machineIdentityName: machineIdentityName
    machinePrincipalId: machineIdentity.?outputs.principalId ?? ''
  }
}

// With a network the app leaves through one address, which the firewall of PostgreSQL lets in. Without one, Azure gives the
// app addresses that nobody knows beforehand: then every address of Azure may knock, and Entra ID decides who enters.
var networkRules = usesNetwork
  ? [{ name: 'network', first: network.?outputs.outboundAddress, last: network.?outputs.outboundAddress }]
  : [{ name: 'azure', first: '0.0.0.0', last: '0.0.0.0' }]
var deployerRules = empty(allowedAddress) ? [] : [{ name: 'deployer', first: allowedAddress, last: allowedAddress }]

module postgres 'modules/postgres.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.postgresServer}${token}'
    location: location
    tags: tags
    sku: size.postgres.sku
    tier: size.postgres.tier
    storageInGigabytes: size.postgres.storageInGigabytes
    backupInDays: size.postgres.backupInDays
    highAvailability: size.postgres.highAvailability
    databaseName: databaseName
    isPrivate: privateNetwork
    firewallRules: concat(networkRules, deployerRules)
    administratorPrincipalId: principalId
    administratorName: empty(principalName) ? deployer().userPrincipalName : principalName
    administratorType: principalType
    workspaceId: monitoring.outputs.workspaceId
  }
}

module openAi 'modules/openAi.bicep' = if (usesModels) {
  scope: group
  params: {
    name: '${abbreviations.openAi}${token}'
    location: empty(modelLocation) ? location : modelLocation
    tags: tags
    deployments: deployments
    isPrivate: privateNetwork
    identityName: appIdentityName
    principalId: appIdentity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module keyVault 'modules/keyVault.bicep' = if (usesVault) {
  scope: group
  params: {
    name: '${abbreviations.keyVault}${token}'
    location: location
    tags: tags
    isPrivate: privateNetwork
    secretName: secretName
    secretValue: qdrantApiKey
    readers: concat(
      [{ name: appIdentityName, principalId: appIdentity.outputs.principalId }],
      usesMachine ? [{ name: machineIdentityName, principalId: machineIdentity.?outputs.principalId ?? '' }] : []
    )
    workspaceId: monitoring.outputs.workspaceId
  }
}

module qdrantMachine 'modules/qdrantMachine.bicep' = if (usesMachine) {
  scope: group
  params: {
    name: '${abbreviations.virtualMachine}qdrant-${token}'
    location: location
    tags: tags
    abbreviations: abbreviations
    token: token
    size: qdrantVmSize
    diskInGigabytes: 128
    subnetId: network.?outputs.qdrantSubnetId ?? ''
    networkId: network.?outputs.networkId ?? ''
    zoneName: 'pipeline-x.internal'
    identityId: machineIdentity.?outputs.id ?? ''
    identityClientId: machineIdentity.?outputs.clientId ?? ''
    keyAddress: keyVault.?outputs.secretAddress ?? ''
    adminName: 'machine'
    sshPublicKey: checkedSshKey
    qdrantVersion: qdrantVersion
    qdrantSha256: checkedSha256
    snapshotAddress: lake.outputs.snapshotAddress
  }
}

module durableTask 'modules/durableTask.bicep' = if (usesScheduler) {
  scope: group
  params: {
    name: '${abbreviations.durableTaskScheduler}${token}'
    location: location
    tags: tags
    hubName: hubName
    allowedAddresses: usesNetwork ? ['${network.?outputs.outboundAddress}/32'] : ['0.0.0.0/0']
    identityName: appIdentityName
    principalId: appIdentity.outputs.principalId
  }
}

module privateEndpoints 'modules/privateEndpoints.bicep' = if (privateNetwork) {
  scope: group
  params: {
    location: location
    tags: tags
    abbreviations: abbreviations
    token: token
    networkId: network.?outputs.networkId ?? ''
    subnetId: network.?outputs.endpointsSubnetId ?? ''
    hostStorageId: hostStorage.outputs.id
    lakeId: lake.outputs.id
    postgresId: postgres.outputs.id
    openAiId: openAi.?outputs.id ?? ''
    keyVaultId: keyVault.?outputs.id ?? ''
    functionAppId: isAppPublic ? '' : functionApp.outputs.id
    usesModels: usesModels
    usesVault: usesVault
    isAppPublic: isAppPublic
  }
}

module functionApp 'modules/functionApp.bicep' = {
  scope: group
  params: {
    planName: '${abbreviations.serverFarm}${token}'
    name: '${abbreviations.functionApp}${token}'
    location: location
    tags: tags
    serviceTag: 'api'
    identityId: appIdentity.outputs.id
    identityClientId: appIdentity.outputs.clientId
    packageAddress: hostStorage.outputs.packageAddress
    hostStorage: {
      blob: hostStorage.outputs.blobAddress
      queue: hostStorage.outputs.queueAddress
      table: hostStorage.outputs.tableAddress
    }
    telemetryConnection: monitoring.outputs.connectionString
    workspaceId: monitoring.outputs.workspaceId
    instanceMemoryInMegabytes: size.instanceMemoryInMegabytes
    maximumInstances: size.maximumInstances
    alwaysReady: size.alwaysReady
    subnetId: network.?outputs.functionsSubnetId ?? ''
    isPublic: isAppPublic
    appSettings: union(
      {
        AzureFunctionsJobHost__extensions__durableTask__hubName: hubName
        AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions: string(size.activitiesPerInstance)
        LAKE_ACCOUNT_URL: lake.outputs.blobEndpoint
        LAKE_RAW_CONTAINER: containers.raw
        LAKE_PROCESSED_CONTAINER: containers.processed
        LAKE_QUARANTINE_CONTAINER: containers.quarantine
        LAKE_STAGING_CONTAINER: containers.staging
        CONTRACTS_CONTAINER: containers.contracts
        INSTANCE_MEMORY_MEGABYTES: string(size.instanceMemoryInMegabytes)
        DUCKDB_MEMORY_MEGABYTES: string(size.duckdbMemoryInMegabytes)
        DUCKDB_SPILL_MEGABYTES: string(size.duckdbSpillInMegabytes)
        GATE_DECISION_TIMEOUT_HOURS: '72'
        INGEST_SCHEDULE: ingestSchedule
        POSTGRES_HOST: postgres.outputs.host
        POSTGRES_DATABASE: databaseName
        POSTGRES_USER: appIdentityName
        POSTGRES_AUTHENTICATION: 'identity'
        POSTGRES_CONNECTIONS: string(size.postgres.connectionsOfSteps)
        POSTGRES_REQUEST_CONNECTIONS: string(size.postgres.connectionsOfRequests)
        QDRANT_URL: usesMachine ? qdrantMachine.?outputs.address ?? '' : checkedQdrantUrl
        EMBEDDING_PROVIDER: embedding
        ANSWER_PROVIDER: answering
        // The Static Web App ends a request after 45 seconds.
        ANSWER_TIMEOUT_SECONDS: '40'
        // Only the link replaces the header that says who is signed in; without it anyone could send one.
        PLATFORM_IDENTITY: linkWebApp ? 'true' : 'false'
        TELEMETRY_EXPORTER: 'azure-monitor'
      },
      usesVault ? { QDRANT_API_KEY: '@Microsoft.KeyVault(SecretUri=${keyVault.?outputs.secretAddress})' } : {},
      empty(qdrantCertificate) ? {} : { QDRANT_CERTIFICATE: qdrantCertificate },
      usesModels ? { AZURE_OPENAI_ENDPOINT: openAi.?outputs.endpoint } : {},
      embedding == 'azure-openai'
        ? { AZURE_OPENAI_EMBEDDING_DEPLOYMENT: embeddingDeployment, EMBEDDING_DIMENSIONS: '1536' }
        : {},
      answering == 'azure-openai' ? { AZURE_OPENAI_CHAT_DEPLOYMENT: chatDeployment } : {},
      empty(entraAudience) ? {} : { ENTRA_TENANT_ID: tenant().tenantId, ENTRA_AUDIENCE: entraAudience },
      empty(signedInRoles) ? {} : { SIGNED_IN_ROLES: signedInRoles },
      usesScheduler
        ? {
            DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${durableTask.?outputs.endpoint};Authentication=ManagedIdentity;ClientID=${appIdentity.outputs.clientId}'
          }
        : {}
    )
  }
}

module webApp 'modules/webApp.bicep' = {
  scope: group
  params: {
    name: '${abbreviations.staticSite}${token}'
    location: webLocation
    tags: tags
    serviceTag: 'web'
    backendId: linkWebApp ? functionApp.outputs.id : ''
    isLinked: linkWebApp
    backendLocation: location
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    abbreviations: abbreviations
    emails: emails
    workspaceId: monitoring.outputs.workspaceId
    hostStorageId: hostStorage.outputs.id
    hasTaskHub: !usesScheduler
    queueDepth: size.queueDepth
    postgresId: postgres.outputs.id
    postgresConnections: size.postgres.userConnections
    hasModels: usesModels
    openAiId: openAi.?outputs.id ?? ''
    hasQdrantMachine: usesMachine
    qdrantMachineId: qdrantMachine.?outputs.id ?? ''
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: { location: location, tags: tags, componentId: monitoring.outputs.componentId }
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0) {
  scope: group
  params: {
    name: '${abbreviations.budget}${token}'
    amount: monthlyBudget
    startDate: budgetStart
    emails: emails
    actionGroupId: alerts.outputs.actionGroupId
  }
}

// Read by azd and the hooks. No secret is among them.
output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output SERVICE_API_NAME string = functionApp.outputs.name
output SERVICE_API_ID string = functionApp.outputs.id
output SERVICE_API_ADDRESS string = functionApp.outputs.address
output SERVICE_WEB_ADDRESS string = webApp.outputs.address
output WEB_APP_LINKED bool = linkWebApp
output APP_IDENTITY_NAME string = appIdentityName
output APP_IDENTITY_PRINCIPAL_ID string = appIdentity.outputs.principalId
output POSTGRES_HOST string = postgres.outputs.host
output POSTGRES_DATABASE string = databaseName
output POSTGRES_ADMINISTRATOR string = empty(principalName) ? deployer().userPrincipalName : principalName
output LAKE_ACCOUNT_NAME string = lakeName
output LAKE_RAW_CONTAINER string = containers.raw
output CONTRACTS_CONTAINER string = containers.contracts
output LOG_WORKSPACE_ID string = monitoring.outputs.workspaceKey
output QDRANT_MACHINE_NAME string = qdrantMachine.?outputs.name ?? ''
