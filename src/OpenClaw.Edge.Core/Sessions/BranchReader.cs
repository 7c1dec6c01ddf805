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
        foreach (long window in Family(branches, row.Window))
        {
            if (connection.First(TranscriptTable.Newest, TranscriptReader.Read, row.RowId, window, long.MaxValue, 1) is { } leaf
                && IsBranch(branches, window, row.Window, leaf.Seq))
            {
                list.Add(new SessionBranch(
                    leaf.Id, Headline(connection, row, window),
                    connection.Number(BranchTable.CountKind, row.RowId, window, (int)TranscriptEntryKind.Message),
                    leaf.Message.Timestamp, window == row.Window));
            }
        }

        return list;
    }

    /// <summary>The windows of the history that a window belongs to: itself first, then from the youngest on.</summary>
    public static List<long> Family(IReadOnlyList<BranchWindow> branches, long window)
    {
        long root = BranchWindow.Find(branches, window)?.Root ?? window;
        List<long> family = [window];
        for (int i = branches.Count - 1; i >= 0; i--)
        {
            if (branches[i].Root == root && branches[i].Window != window)
            {
                family.Add(branches[i].Window);
            }
        }

        if (root != window)
        {
            family.Add(root);
        }

        return family;
    }

    /// <summary>Whether a window is a branch: the active one, or one with rows that nobody else has.</summary>
    public static bool IsBranch(IReadOnlyList<BranchWindow> branches, long window, long active, long lastSeq) =>
        window == active || BranchWindow.Find(branches, window) is not { } copy || lastSeq > copy.Shared;

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
