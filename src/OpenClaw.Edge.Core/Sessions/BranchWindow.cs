using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>A window that began as a copy; the first one of a family as a copy of itself.</summary>
internal sealed class BranchWindow(long window, long root, long origin, long shared)
{
    /// <summary>Its number.</summary>
    public long Window { get; } = window;

    /// <summary>The first window of its family.</summary>
    public long Root { get; } = root;

    /// <summary>The window that its first rows come from.</summary>
    public long Origin { get; } = origin;

    /// <summary>How many rows it has of that one.</summary>
    public long Shared { get; } = shared;

    /// <summary>All of a session.</summary>
    public static IReadOnlyList<BranchWindow> Of(EdgeConnection connection, long sessionRow) => connection.All(
        BranchTable.OfSession,
        row => new BranchWindow(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
        sessionRow, SessionStore.MaxBranches + 1);

    /// <summary>The one with the number; null for a window that is nobody's copy.</summary>
    public static BranchWindow? Find(IReadOnlyList<BranchWindow> all, long window)
    {
        foreach (BranchWindow branch in all)
        {
            if (branch.Window == window)
            {
                return branch;
            }
        }

        return null;
    }
}
