namespace OpenClaw.Edge.Configuration;

/// <summary>Replaces <c>$include</c> by what the files say: a path or a list of paths, relative to the file that names
/// them, at most ten deep. Later files of a list win over earlier ones; keys beside <c>$include</c> win over all.</summary>
internal sealed class IncludeExpander(ProcessEnvironment environment, ProblemList problems)
{
    private const int MaxFilesDeep = 10;
    private const int MaxFiles = 100;

    private readonly List<string> _chain = [];
    private readonly List<string> _files = [];

    /// <summary>Every file read, absolute, in order.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Expands a tree that was read from this file.</summary>
    public ConfigNode Expand(ConfigNode root, string file)
    {
        _chain.Add(file);
        ConfigNode expanded = Expand(root, "", file);
        _chain.RemoveAt(_chain.Count - 1);
        return expanded;
    }

    private ConfigNode Expand(ConfigNode node, string path, string file)
    {
        for (int i = 0; i < node.Items.Count; i++)
        {
            node.Items[i] = Expand(node.Items[i], ConfigPath.Append(path, i), file);
        }
        ConfigNode? include = null;
        for (int i = 0; i < node.Members.Count; i++)
        {
            (string key, ConfigNode value) = node.Members.GetAt(i);
            if (key == "$include")
            {
                include = value;
            }
            else if (value.IsObject || value.Kind == ConfigNodeKind.List)
            {
                node.Members.SetAt(i, Expand(value, ConfigPath.Append(path, key), file));
            }
        }
        if (include is null)
        {
            return node;
        }
        node.Members.Remove("$include");
        return Pull(node, include, path, file);
    }

    private ConfigNode Pull(ConfigNode node, ConfigNode include, string path, string file)
    {
        List<ConfigNode> names = include.Kind == ConfigNodeKind.List ? include.Items : [include];
        for (int i = names.Count - 1; i >= 0; i--) // what is filled in first wins, so the last file goes first
        {
            ConfigNode name = names[i];
            if (!name.IsText || name.Text.Length == 0)
            {
                Complain(path, name, "$include takes a path or a list of paths.", "Write $include: \"./models.json5\".");
                continue;
            }
            ConfigNode? pulled = Read(name, path, file);
            if (pulled is null)
            {
                continue;
            }
            if (!pulled.IsObject)
            {
                if (node.Members.Count == 0 && names.Count == 1)
                {
                    return pulled; // a list or a single value may stand in a file of its own
                }
                Complain(path, name, $"{name.Text} holds no object, so it cannot merge with what stands beside it.",
                    "Write an object in it, or give it a key of its own.");
                continue;
            }
            node.FillFrom(pulled);
        }
        return node;
    }

    private ConfigNode? Read(ConfigNode name, string path, string file)
    {
        string home = name.Text.StartsWith('~') ? environment.FullPath(name.Text) : name.Text;
        string target = Path.GetFullPath(home, Path.GetDirectoryName(file) ?? "/");
        if (_chain.Contains(target))
        {
            Complain(path, name, $"The includes go in a circle: {string.Join(" → ", _chain)} → {target}.", "Remove one of them.");
            return null;
        }
        if (_chain.Count > MaxFilesDeep || _files.Count >= MaxFiles)
        {
            Complain(path, name, $"Includes are nested deeper than {MaxFilesDeep} or more than {MaxFiles}: {string.Join(" → ", _chain)}.",
                "Flatten them.");
            return null;
        }
        if (!File.Exists(target))
        {
            _files.Add(target); // watched, so that making it is noticed
            Complain(path, name, $"The included file {target} is not there (included by {string.Join(" → ", _chain)}).",
                "Make the file, or remove the include. Paths start from the including file.");
            return null;
        }
        _files.Add(target);
        ConfigNode? pulled = ConfigFileReader.Read(target, isMain: false, problems, out _);
        return pulled is null ? null : Expand(pulled, target);
    }

    // What an include holds is unknown when it cannot be read: it may be the very key that keeps strangers out.
    private void Complain(string path, ConfigNode node, string message, string fix) =>
        problems.Add(path.Length == 0 ? "$include" : path, node, ProblemSeverity.Fatal, message, fix);
}
