namespace OpenClaw.Edge.Import;

/// <summary>One thing that an import brings, or does not bring. Changes while the import runs.</summary>
/// <param name="kind">One of <see cref="ImportRequest.AllKinds"/>.</param>
/// <param name="name">What it is, such as a session key or a folder.</param>
/// <param name="count">How many records, files, jobs or keys it holds.</param>
public sealed class ImportRow(string kind, string name, long count)
{
    /// <summary>One of <see cref="ImportRequest.AllKinds"/>.</summary>
    public string Kind => kind;

    /// <summary>What it is.</summary>
    public string Name => name;

    /// <summary>How many it holds in the source.</summary>
    public long Count => count;

    /// <summary>Where it goes.</summary>
    public string? Target { get; internal init; }

    /// <summary>Why it is not brought; null when it is.</summary>
    public string? Skip { get; internal set; }

    /// <summary>What a person should know besides.</summary>
    public string? Note { get; internal set; }

    /// <summary>Why it could not be brought, or what the check afterwards found wrong.</summary>
    public string? Problem { get; internal set; }

    /// <summary>What was read back after it was brought; null before.</summary>
    public long? Verified { get; internal set; }

    /// <summary>Where it stands: <c>ready</c>, <c>skipped</c>, <c>done</c> or <c>failed</c>.</summary>
    public string State => Problem is not null ? "failed" : Skip is not null ? "skipped" : Verified is not null ? "done" : "ready";

    /// <summary>Brings it, and tells how many are there afterwards, read back.</summary>
    internal Func<ImportRow, ImportDesk, CancellationToken, Task<long>>? Work { get; init; }
}
