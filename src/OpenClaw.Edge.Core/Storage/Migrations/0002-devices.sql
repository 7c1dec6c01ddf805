-- Paired devices and nodes. Lists are lines. Tokens are not stored: they are derived from a key file and the salt.
CREATE TABLE devices (
    device_id TEXT PRIMARY KEY,
    public_key TEXT NOT NULL,
    platform TEXT NOT NULL,
    device_family TEXT,
    client_id TEXT NOT NULL,
    client_mode TEXT NOT NULL,
    display_name TEXT,
    label TEXT,
    remote_ip TEXT,
    approved_via TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    approved_at INTEGER NOT NULL,
    last_seen_at INTEGER,
    last_seen_reason TEXT,
    node_caps TEXT,
    node_commands TEXT,
    node_permissions TEXT,
    node_approved_at INTEGER
) WITHOUT ROWID;

CREATE TABLE device_roles (
    device_id TEXT NOT NULL REFERENCES devices (device_id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    scopes TEXT NOT NULL,
    salt TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    rotated_at INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (device_id, role)
) WITHOUT ROWID;

CREATE TABLE device_requests (
    request_id TEXT PRIMARY KEY,
    device_id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    role TEXT NOT NULL,
    scopes TEXT NOT NULL,
    platform TEXT NOT NULL,
    device_family TEXT,
    client_id TEXT NOT NULL,
    client_mode TEXT NOT NULL,
    display_name TEXT,
    remote_ip TEXT,
    is_repair INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (device_id, role)
) WITHOUT ROWID;

CREATE TABLE node_requests (
    request_id TEXT PRIMARY KEY,
    node_id TEXT NOT NULL UNIQUE REFERENCES devices (device_id) ON DELETE CASCADE,
    caps TEXT NOT NULL,
    commands TEXT NOT NULL,
    permissions TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE setup_codes (
    setup_id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    access TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    device_id TEXT,
    device_name TEXT,
    completed_at INTEGER
) WITHOUT ROWID;
