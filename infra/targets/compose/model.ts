/**
 * The words of a compose file that this target uses (https://docs.docker.com/reference/compose-file/services/). What is
 * undefined must not be there.
 */
export interface ComposeService {
  /** The reference alone: the variable that replaces it is added when the file is written. */
  readonly image: string
  readonly profiles?: readonly string[]
  readonly user: string
  readonly read_only: true
  readonly cap_drop: readonly string[]
  readonly cap_add?: readonly string[]
  readonly security_opt: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly restart: "unless-stopped" | "no"
  readonly stop_signal?: string
  readonly stop_grace_period?: string
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>
  readonly healthcheck?: Healthcheck
  readonly networks?: Readonly<Record<string, NetworkMember>>
  /** Addresses by name, which stand in its own file of hosts. */
  readonly extra_hosts?: Readonly<Record<string, string>>
  readonly network_mode?: "none"
  readonly ports?: readonly string[]
  readonly volumes?: readonly Volume[]
  readonly tmpfs?: readonly string[]
  readonly shm_size?: string
  /** Of its own network namespace alone. */
  readonly sysctls?: Readonly<Record<string, number>>
  readonly deploy?: Deploy
  readonly labels?: Readonly<Record<string, string>>
  readonly logging: { readonly driver: "local" }
}

export type Condition = "service_started" | "service_healthy" | "service_completed_successfully"

export interface Healthcheck {
  readonly test: readonly string[]
  readonly interval: string
  readonly timeout: string
  readonly retries: number
  readonly start_period?: string
}

export interface NetworkMember {
  readonly aliases?: readonly string[]
  readonly ipv4_address?: string
}

/** A text where a variable may put a path in the place of a named volume. */
export type Volume =
  | string
  | {
      readonly type: "volume" | "bind"
      readonly source: string
      readonly target: string
      readonly read_only?: true
      readonly volume?: { readonly nocopy: true }
    }

export interface Deploy {
  readonly replicas?: number
  readonly resources?: { readonly limits: Resources; readonly reservations?: Resources }
}

export interface Resources {
  readonly cpus?: string
  readonly memory: string
}

export interface ComposeNetwork {
  /** Nothing in it reaches out, and nothing outside reaches in. */
  readonly internal?: true
  readonly ipam?: { readonly config: readonly { readonly subnet: string }[] }
}

/** What is no service: the project's name, its networks and volumes. */
export interface ComposeProject {
  readonly name: string
  readonly networks: Readonly<Record<string, ComposeNetwork>>
  readonly volumes: readonly string[]
}
