using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>A window that began as a copy.</summary>
/// <param name="Window">Its number.</param>
/// <param name="Root">The first window of its family.</param>
/// <param name="Origin">The window that its first rows come from.</param>
/// <param name="Shared">How many rows it has of that one.</param>
internal sealed record BranchWindow(long Window, long Root, long Origin, long Shared)
{
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
