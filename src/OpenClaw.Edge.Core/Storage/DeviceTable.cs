namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the tables <c>devices</c> and <c>device_roles</c>. Parameters are listed in the order they are bound.</summary>
internal static class DeviceTable
{
    private const string Columns =
        """
        device_id, public_key, platform, device_family, client_id, client_mode, display_name, label, remote_ip, approved_via, created_at,
        approved_at, last_seen_at, last_seen_reason, node_caps, node_commands, node_permissions, node_approved_at
        """;

    /// <summary>device.</summary>
    public const string Find = $"SELECT {Columns} FROM devices WHERE device_id = $1";

    /// <summary>limit.</summary>
    public const string All = $"SELECT {Columns} FROM devices ORDER BY approved_at DESC, device_id LIMIT $1";

    /// <summary>limit.</summary>
    public const string Ids = "SELECT device_id FROM devices LIMIT $1";

    /// <summary>All of them.</summary>
    public const string Count = "SELECT COUNT(*) FROM devices";

    /// <summary>device, public key, platform, family, client id, client mode, display name, remote ip, approved via, time. A known device
    /// keeps its label, its way in and its birth.</summary>
    public const string Upsert =
        """
        INSERT INTO devices (device_id, public_key, platform, device_family, client_id, client_mode, display_name, remote_ip, approved_via,
            created_at, approved_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
        ON CONFLICT (device_id) DO UPDATE SET platform = $3, device_family = $4, client_id = $5, client_mode = $6, display_name = $7,
            remote_ip = $8, approved_at = $10
        """;

    /// <summary>device.</summary>
    public const string Delete = "DELETE FROM devices WHERE device_id = $1";

    /// <summary>device, label.</summary>
    public const string Rename = "UPDATE devices SET label = $2 WHERE device_id = $1";

    /// <summary>device, time, reason.</summary>
    public const string Seen = "UPDATE devices SET last_seen_at = $2, last_seen_reason = $3 WHERE device_id = $1";

    /// <summary>device, caps, commands, permissions, time.</summary>
    public const string SetSurface =
        "UPDATE devices SET node_caps = $2, node_commands = $3, node_permissions = $4, node_approved_at = $5 WHERE device_id = $1";

    /// <summary>device. Role, scopes, salt, created, rotated, revoked.</summary>
    public const string Roles =
        "SELECT role, scopes, salt, created_at, rotated_at, revoked_at FROM device_roles WHERE device_id = $1 ORDER BY created_at, role";

    /// <summary>device, role, scopes, salt, time. An existing role is rotated.</summary>
    public const string UpsertRole =
        """
        INSERT INTO device_roles (device_id, role, scopes, salt, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (device_id, role) DO UPDATE SET scopes = $3, salt = $4, rotated_at = $5, revoked_at = NULL
        """;

    /// <summary>device, role, time.</summary>
    public const string RevokeRole = "UPDATE device_roles SET revoked_at = $3 WHERE device_id = $1 AND role = $2 AND revoked_at IS NULL";

    /// <summary>device, role.</summary>
    public const string DeleteRole = "DELETE FROM device_roles WHERE device_id = $1 AND role = $2";
}
