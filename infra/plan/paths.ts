/** The path of a member, such as "spec.ports" or `metadata.labels["app.kubernetes.io/name"]`. */
export const join = (path: string, key: string): string => {
  if (!/^\w+$/.test(key)) return `${path}["${key}"]`
  return path === "" ? key : `${path}.${key}`
}
