namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>device_requests</c>. Parameters are listed in the order they are bound.</summary>
internal static class DeviceRequestTable
{
    private const string Columns =
        "request_id, device_id, public_key, role, scopes, platform, device_family, client_id, client_mode, display_name, remote_ip, is_repair, at_ms";

    /// <summary>request, not older than.</summary>
    public const string Find = $"SELECT {Columns} FROM device_requests WHERE request_id = $1 AND at_ms >= $2";

    /// <summary>device, role, not older than.</summary>
    public const string FindOf = $"SELECT {Columns} FROM device_requests WHERE device_id = $1 AND role = $2 AND at_ms >= $3";

    /// <summary>not older than, limit.</summary>
    public const string All = $"SELECT {Columns} FROM device_requests WHERE at_ms >= $1 ORDER BY at_ms DESC, request_id LIMIT $2";

    /// <summary>not older than.</summary>
    public const string Count = "SELECT COUNT(*) FROM device_requests WHERE at_ms >= $1";

    /// <summary>request, device, public key, role, scopes, platform, family, client id, client mode, display name, remote ip, repair, time.
    /// Replaces the device's request for that role.</summary>
    public const string Put =
        $"INSERT OR REPLACE INTO device_requests ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

    /// <summary>request.</summary>
    public const string Delete = "DELETE FROM device_requests WHERE request_id = $1";

    /// <summary>device.</summary>
    public const string DeleteOf = "DELETE FROM device_requests WHERE device_id = $1";

    /// <summary>older than.</summary>
    public const string Prune = "DELETE FROM device_requests WHERE at_ms < $1";
}
