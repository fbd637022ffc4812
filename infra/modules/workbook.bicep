// A page of figures in the portal. Its queries are in infra/queries.

param location string
param tags object
param componentId string

var queries = {
  runs: loadTextContent('../queries/runs.kql')
  blockedRuns: loadTextContent('../queries/blockedRuns.kql')
  problems: loadTextContent('../queries/problems.kql')
  requests: loadTextContent('../queries/requests.kql')
}
var page = loadJsonContent('../workbook.json')
var queryItem = 3
var content = union(page, {
  items: map(
    page.items,
    item => item.type == queryItem ? union(item, { content: union(item.content, { query: queries[item.name] }) }) : item
  )
})

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'pipeline-x')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Pipeline-X'
    category: 'workbook'
    sourceId: componentId
    serializedData: string(content)
  }
}
