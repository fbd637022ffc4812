// The web app. Linked, it sends `/api` to the function app and is then the only way to it: linking turns on a sign-in of
// the function app that accepts this Static Web App alone. It cannot reach a function app that is closed to the public.

param name string
param location string
param tags object
param serviceTag string
param isLinked bool
@description('Function app behind `/api`.')
param backendId string
param backendLocation string

resource site 'Microsoft.Web/staticSites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': serviceTag })
  sku: isLinked ? { name: 'Standard', tier: 'Standard' } : { name: 'Free', tier: 'Free' }
  properties: {
    allowConfigFileUpdates: true
    stagingEnvironmentPolicy: 'Disabled'
  }

  resource backend 'linkedBackends' = if (isLinked) {
    name: 'api'
    properties: { backendResourceId: backendId, region: backendLocation }
  }
}

output name string = site.name
output address string = 'https://${site.properties.defaultHostname}'
