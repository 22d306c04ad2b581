type Answer = (inputs: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>

const of = (path: string) => `\${${path}}`

/** The functions of Azure that a program may call while it is planned, and what they answer. */
export const azureFunctions: Readonly<Record<string, Answer>> = {
  "azure-native:operationalinsights:getSharedKeys": () => ({
    primarySharedKey: of("logs.primarySharedKey"),
    secondarySharedKey: of("logs.secondarySharedKey"),
  }),
  "azure-native:redisenterprise:listDatabaseKeys": () => ({
    primaryKey: of("cache-database.primaryKey"),
    secondaryKey: of("cache-database.secondaryKey"),
  }),
}
