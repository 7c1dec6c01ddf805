using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Sessions;

/// <summary>Reads the branches of a session's history.</summary>
internal static class BranchReader
{
    private const int HeadlineLength = 120;
    private const int Looked = 16;

    /// <summary>The branches, the active one first, then the youngest first.</summary>
    public static List<SessionBranch> List(EdgeConnection connection, SessionRow row)
    {
        List<SessionBranch> list = [];
        IReadOnlyList<BranchWindow> branches = BranchWindow.Of(connection, row.RowId);
        foreach (BranchWindow branch in Family(branches, row.Window))
        {
            if (LeafOf(connection, row, branch) is { } leaf)
            {
                list.Add(new SessionBranch
                {
                    LeafEntryId = leaf.Id,
                    Headline = Headline(connection, row, branch.Window),
                    Messages = connection.Number(BranchTable.CountKind, row.RowId, branch.Window, (int)TranscriptEntryKind.Message),
                    UpdatedAtMs = leaf.Message.Timestamp,
                    IsActive = branch.Window == row.Window,
                });
            }
        }

        return list;
    }

    /// <summary>The windows of the history that a window belongs to: itself first, then from the youngest on.</summary>
    public static List<BranchWindow> Family(IReadOnlyList<BranchWindow> branches, long window)
    {
        BranchWindow here = BranchWindow.Find(branches, window) ?? new BranchWindow(window, window, window, 0);
        List<BranchWindow> family = [here];
        for (int i = branches.Count - 1; i >= 0; i--)
        {
            if (branches[i].Root == here.Root && branches[i].Window != window)
            {
                family.Add(branches[i]);
            }
        }

        if (here.Root != window)
        {
            family.Add(new BranchWindow(here.Root, here.Root, here.Root, 0));
        }

        return family;
    }

    /// <summary>The last row of a branch: of the active window, or of one with rows that nobody else has; null for others.</summary>
    public static TranscriptEntry? LeafOf(EdgeConnection connection, SessionRow row, BranchWindow branch) =>
        connection.First(TranscriptTable.Newest, TranscriptReader.Read, row.RowId, branch.Window, long.MaxValue, 1) is { } leaf
            && (branch.Window == row.Window || leaf.Seq > branch.Shared)
            ? leaf
            : null;

    private static string Headline(EdgeConnection connection, SessionRow row, long window)
    {
        foreach (TranscriptEntry said in connection.All(BranchTable.LastSaid, TranscriptReader.Read, row.RowId, window, Looked))
        {
            if (SessionText.Preview(said.Message.Content.PlainText, HeadlineLength) is { } line)
            {
                return line;
            }
        }

        return "";
    }
}
