-- Response curves by name and version. A version never changes; deleting one only hides it, because results name it.
CREATE TABLE models (
  name text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  curve jsonb NOT NULL,
  unit text NOT NULL,
  description text NOT NULL,
  example boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  deleted_at timestamptz,
  PRIMARY KEY (name, version)
);

-- Answers that were stored before they were given. `created_at` is the answer's own time, to the millisecond.
CREATE TABLE results (
  id uuid PRIMARY KEY,
  actor text NOT NULL,
  created_at timestamptz NOT NULL,
  request jsonb NOT NULL,
  answer jsonb NOT NULL
);

CREATE INDEX results_by_actor ON results (actor, created_at DESC, id DESC);

-- One row for each Idempotency-Key of an actor. `token` names the attempt that holds the key.
CREATE TABLE idempotency (
  actor text NOT NULL,
  key text NOT NULL,
  route text NOT NULL,
  request_hash text NOT NULL,
  token uuid NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  status integer,
  headers jsonb,
  body text,
  PRIMARY KEY (actor, key)
);

CREATE INDEX idempotency_by_age ON idempotency (started_at);

-- Who changed what, written in the transaction of the change.
CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  request_id text NOT NULL,
  detail jsonb
);

CREATE INDEX audit_by_time ON audit (at);

-- The mode of the service: one row, read by every process.
CREATE TABLE service_mode (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  mode text NOT NULL CHECK (mode IN ('normal', 'read-only', 'maintenance')),
  changed_at timestamptz NOT NULL DEFAULT now(),
  changed_by text NOT NULL
);

INSERT INTO service_mode (mode, changed_by) VALUES ('normal', 'migration');
