/** The beginnings of the vendors' pages. */
export const awsDocs = "https://docs.aws.amazon.com"
export const googleDocs = "https://cloud.google.com"
export const kubernetesDocs = "https://kubernetes.io/docs/concepts"
export const restricted = `${kubernetesDocs}/security/pod-security-standards/#restricted` as const
export const azureDocs = "https://learn.microsoft.com/azure"
