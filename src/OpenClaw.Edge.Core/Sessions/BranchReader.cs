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
        foreach (BranchWindow branch in All(connection, row, branches))
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

    /// <summary>The windows of a session: the active one first, then those of its family from the youngest on, then what resets ended.</summary>
    public static List<BranchWindow> All(EdgeConnection connection, SessionRow row, IReadOnlyList<BranchWindow> branches)
    {
        BranchWindow here = At(branches, row.Window);
        List<BranchWindow> all = [here];
        List<BranchWindow> before = [];
        connection.Each(
            BranchTable.Windows,
            read =>
            {
                BranchWindow window = At(branches, read.GetInt64(0));
                if (window.Window != row.Window)
                {
                    (window.Root == here.Root ? all : before).Add(window);
                }

                return true;
            },
            row.RowId, SessionStore.MaxBranches + 1);
        foreach (BranchWindow window in before)
        {
            // A reset of what was reset leaves its marker only.
            if (connection.Number(BranchTable.CountKind, row.RowId, window.Window, (int)TranscriptEntryKind.Message) > 0)
            {
                all.Add(window);
            }
        }

        return all;
    }

    /// <summary>What is known of a window; one that is nobody's copy is the first of a family.</summary>
    public static BranchWindow At(IReadOnlyList<BranchWindow> branches, long window) =>
        BranchWindow.Find(branches, window) ?? new BranchWindow(window, window, window, 0);

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
