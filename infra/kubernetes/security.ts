import { service } from "../../app/contract/service.ts"

/**
 * What the Pod Security Standard "restricted" demands, and a root that cannot be written.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: service.user.uid,
  runAsGroup: service.user.gid,
  fsGroup: service.user.gid,
  seccompProfile: { type: "RuntimeDefault" },
}

export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
}

/** The namespace refuses pods that ask for more, and says so to whoever applies them. */
export const namespaceSecurity = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/audit": "restricted",
  "pod-security.kubernetes.io/warn": "restricted",
}
