namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>setup_codes</c>. Parameters are listed in the order they are bound.</summary>
internal static class SetupCodeTable
{
    private const string Columns = "setup_id, access, expires_at, device_id, device_name, completed_at";

    /// <summary>hash of the token.</summary>
    public const string FindByToken = $"SELECT {Columns} FROM setup_codes WHERE token_hash = $1";

    /// <summary>setup.</summary>
    public const string Find = $"SELECT {Columns} FROM setup_codes WHERE setup_id = $1";

    /// <summary>now.</summary>
    public const string CountOpen = "SELECT COUNT(*) FROM setup_codes WHERE completed_at IS NULL AND expires_at > $1";

    /// <summary>setup, hash of the token, access, expiry.</summary>
    public const string Insert = "INSERT INTO setup_codes (setup_id, token_hash, access, expires_at) VALUES ($1, $2, $3, $4)";

    /// <summary>setup, device, name, time. Only the first device gets it.</summary>
    public const string Complete =
        "UPDATE setup_codes SET device_id = $2, device_name = $3, completed_at = $4 WHERE setup_id = $1 AND completed_at IS NULL";

    /// <summary>device, now. What it was used for is told for a while longer.</summary>
    public const string End = "UPDATE setup_codes SET expires_at = $2 WHERE device_id = $1 AND expires_at > $2";

    /// <summary>expired before.</summary>
    public const string Prune = "DELETE FROM setup_codes WHERE expires_at < $1";
}
