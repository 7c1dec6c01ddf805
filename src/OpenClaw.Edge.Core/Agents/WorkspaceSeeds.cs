using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Agents;

/// <summary>The files that a new workspace starts with.</summary>
internal static class WorkspaceSeeds
{
    private static readonly (string Name, byte[] Text)[] s_files =
    [
        ("AGENTS.md", """
            # How to work here
            - This folder is yours: keep notes in it, and change these files when you learn something lasting.
            - Put facts worth keeping into MEMORY.md, one line each. Keep it short: it is read in every turn.
            - Ask before you overwrite or empty a file that the person wrote.
            """u8.ToArray()),
        ("SOUL.md", """
            # Manner
            Friendly, plain, brief. Say what you do not know. Answer in the person's language.
            """u8.ToArray()),
        ("IDENTITY.md", """
            # Who you are
            Name: (choose one with the person)
            """u8.ToArray()),
        ("USER.md", """
            # The person you help
            Name: (ask once)
            """u8.ToArray()),
    ];

    /// <summary>Makes the folder, and the files when none of them is there. A file that somebody removed later stays away.</summary>
    public static void Plant(string workspace, bool skipFiles)
    {
        Directory.CreateDirectory(workspace);
        if (skipFiles || Array.Exists(s_files, file => Path.Exists(Path.Combine(workspace, file.Name))))
        {
            return;
        }

        using WorkspaceFiles files = WorkspaceFiles.Open(workspace);
        foreach ((string name, byte[] text) in s_files)
        {
            files.WriteFile(files.Parse(name), [.. text, (byte)'\n']);
        }
    }
}
