using System.Data.Common;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Tools;

/// <summary>Every decision on a command, in the order it was made. Rows are never changed. Thread-safe.</summary>
public sealed class ApprovalLedger(EdgeDatabase database, TimeProvider time)
{
    private const int MaxCommandChars = 4000;
    private const int TrimEvery = 1000;
    private const string Unsaid = "(a command of an incognito session)";

    private int _appended;

    /// <summary>Writes a decision; completes when it is on disk. Throws <see cref="StorageException"/>.</summary>
    public Task AppendAsync(ApprovalAuditRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        bool incognito = SessionKey.TryParse(row.SessionKey, "main", out SessionKey key) && key.IsIncognito;
        string command = incognito ? Unsaid : row.Command.Length > MaxCommandChars ? row.Command[..MaxCommandChars] : row.Command;
        bool trim = Interlocked.Increment(ref _appended) % TrimEvery == 0;
        return database.WriteAsync(
            connection =>
            {
                connection.Execute(
                    ApprovalAuditTable.Append, now, row.Kind, row.ApprovalId, row.AgentId, row.SessionKey, row.Host, row.Directory, command,
                    row.Decision, row.Reason, row.DecidedBy);
                if (trim)
                {
                    connection.Execute(ApprovalAuditTable.Trim);
                }
            },
            cancellationToken);
    }

    /// <summary>Decisions, newest first.</summary>
    /// <param name="before">Rows before this one; <see cref="long.MaxValue"/> starts at the newest.</param>
    /// <param name="limit">Most rows.</param>
    public IReadOnlyList<ApprovalAuditRow> Page(long before, int limit) =>
        database.Read(connection => connection.All(ApprovalAuditTable.Page, Read, before, Math.Clamp(limit, 1, 500)));

    private static ApprovalAuditRow Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        AtMs = row.GetInt64(1),
        Kind = row.GetString(2),
        ApprovalId = Text(row, 3),
        AgentId = Text(row, 4),
        SessionKey = Text(row, 5),
        Host = Text(row, 6),
        Directory = Text(row, 7),
        Command = row.GetString(8),
        Decision = row.GetString(9),
        Reason = row.GetString(10),
        DecidedBy = Text(row, 11),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
