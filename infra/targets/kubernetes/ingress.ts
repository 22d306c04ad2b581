import type { types } from "@pulumi/kubernetes"
import { type Labels, metadataOf, names, servicePort } from "../../kubernetes/index.ts"

export interface IngressArgs {
  readonly domain: string
  readonly className: string
  readonly clusterIssuer: string
  /** What the class alone understands: its redirect to HTTPS, its least TLS version, its time limits. */
  readonly annotations: Readonly<Record<string, string>>
  readonly labels: Labels
}

/** Everything under the domain goes to the gateway, which alone knows what is routed. */
export const ingressArgs = ({ domain, className, clusterIssuer, annotations, labels }: IngressArgs) =>
  ({
    metadata: {
      ...metadataOf(names.ingress, labels),
      annotations: { "cert-manager.io/cluster-issuer": clusterIssuer, ...annotations },
    },
    spec: {
      ingressClassName: className,
      tls: [{ hosts: [domain], secretName: names.certificate }],
      rules: [
        {
          host: domain,
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: names.service, port: { number: servicePort } } },
              },
            ],
          },
        },
      ],
    },
  }) satisfies types.input.networking.v1.Ingress
