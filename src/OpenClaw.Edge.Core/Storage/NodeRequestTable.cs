namespace OpenClaw.Edge.Storage;

/// <summary>SQL of the table <c>node_requests</c>. Parameters are listed in the order they are bound.</summary>
internal static class NodeRequestTable
{
    private const string Columns = "request_id, node_id, caps, commands, permissions, at_ms";

    /// <summary>request.</summary>
    public const string Find = $"SELECT {Columns} FROM node_requests WHERE request_id = $1";

    /// <summary>node.</summary>
    public const string FindOf = $"SELECT {Columns} FROM node_requests WHERE node_id = $1";

    /// <summary>limit.</summary>
    public const string All = $"SELECT {Columns} FROM node_requests ORDER BY at_ms DESC, request_id LIMIT $1";

    /// <summary>request, node, caps, commands, permissions, time. Replaces the node's request.</summary>
    public const string Put = $"INSERT OR REPLACE INTO node_requests ({Columns}) VALUES ($1, $2, $3, $4, $5, $6)";

    /// <summary>request.</summary>
    public const string Delete = "DELETE FROM node_requests WHERE request_id = $1";

    /// <summary>node.</summary>
    public const string DeleteOf = "DELETE FROM node_requests WHERE node_id = $1";
}
