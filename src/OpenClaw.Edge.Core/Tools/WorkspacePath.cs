namespace OpenClaw.Edge.Tools;

/// <summary>A path inside a workspace, relative and normalised. Existing is the proof that its text does not climb out; that
/// no link does is checked by the kernel when it is opened.</summary>
public readonly record struct WorkspacePath
{
    /// <summary>Longest accepted path in characters; PATH_MAX of Linux is 4,096 bytes.</summary>
    public const int MaxLength = 1024;

    private readonly string? _text;

    private WorkspacePath(string text) => _text = text;

    /// <summary>The path with <c>/</c> between names; <c>.</c> for the workspace itself.</summary>
    public string Text => _text ?? ".";

    /// <summary>Whether this is the workspace itself.</summary>
    public bool IsRoot => Text == ".";

    /// <summary>The last name.</summary>
    public string Name => Text[(Text.LastIndexOf('/') + 1)..];

    /// <summary>The directory that holds it.</summary>
    public WorkspacePath Parent => Text.LastIndexOf('/') is > 0 and int slash ? new WorkspacePath(Text[..slash]) : new WorkspacePath(".");

    /// <summary>Reads a path as models write it: relative, <c>./x</c>, <c>workspace</c>-absolute, or <c>a/../b</c>.
    /// Never throws on input; false with a sentence for the model when it leads outside.</summary>
    public static bool TryParse(string text, string workspace, out WorkspacePath path, out string problem)
    {
        path = default;
        problem = "";
        string trimmed = text.Trim();
        if (trimmed.Length is 0 or > MaxLength || trimmed.Any(char.IsControl))
        {
            problem = $"path must be 1 to {MaxLength} characters without control characters";
            return false;
        }

        string root = workspace.TrimEnd('/');
        if (trimmed == root || trimmed.StartsWith(root + "/", StringComparison.Ordinal))
        {
            trimmed = trimmed[root.Length..].TrimStart('/');
        }
        else if (trimmed[0] is '/' or '~')
        {
            problem = $"'{trimmed}' is outside the workspace; use a path relative to the workspace, such as notes/todo.md";
            return false;
        }

        List<string> names = [];
        foreach (string name in trimmed.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == "..")
            {
                if (names.Count == 0)
                {
                    problem = $"'{text}' climbs out of the workspace; use a path without leading '..'";
                    return false;
                }

                names.RemoveAt(names.Count - 1);
            }
            else if (name != ".")
            {
                names.Add(name);
            }
        }

        path = new WorkspacePath(names.Count == 0 ? "." : string.Join('/', names));
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Text;
}
