namespace OpenClaw.Edge.Configuration;

/// <summary>Checks a tree against the table of known keys. Everything wrong is named in one pass; a value that cannot be
/// used is taken out, so that its default stands; usable values are brought to their kind.</summary>
internal sealed class ConfigValidator(ProblemList problems)
{
    /// <summary>Checks a whole configuration, in place.</summary>
    public void Check(ConfigNode root) => CheckMembers(root, ConfigKeys.Tree, "");

    private void CheckMembers(ConfigNode node, ConfigKeyTree tree, string path)
    {
        for (int i = node.Members.Count - 1; i >= 0; i--)
        {
            (string key, ConfigNode value) = node.Members.GetAt(i);
            string at = ConfigPath.Append(path, key);
            if (tree.Below(key) is not ConfigKeyTree below)
            {
                problems.Add(at, value, ProblemSeverity.Warning, "This key is not known and has no effect.",
                    Suggest(key, tree.Names, path));
            }
            else if (value.Kind == ConfigNodeKind.Null)
            {
                node.Members.RemoveAt(i); // null asks for the default
            }
            else if (Check(value, below, at) is not ConfigNode usable)
            {
                node.Members.RemoveAt(i);
            }
            else if (!ReferenceEquals(usable, value))
            {
                node.Members.SetAt(i, usable);
            }
        }
    }

    private ConfigNode? Check(ConfigNode node, ConfigKeyTree tree, string path)
    {
        if (tree.Item is not null)
        {
            return CheckList(node, tree.Item, path);
        }
        ConfigKey? key = tree.Key;
        if (key is null || key.Kind == ConfigKeyKind.Section)
        {
            if (!node.IsObject)
            {
                return Refuse(node, path, "an object", $"Write {{ … }}. Known keys: {string.Join(", ", tree.Names.Take(12))}.");
            }
            CheckMembers(node, tree, path);
            return node;
        }
        if (key.Kind == ConfigKeyKind.Ignored)
        {
            problems.Add(path, node, ProblemSeverity.Info, $"Accepted without effect: {key.Note}.", "It may be removed.");
            return node;
        }
        return key.Kind == ConfigKeyKind.Any ? node : ConfigValues.Coerce(node, key) ?? Refuse(node, path, key);
    }

    private ConfigNode? CheckList(ConfigNode node, ConfigKeyTree item, string path)
    {
        if (node.Kind != ConfigNodeKind.List)
        {
            return Refuse(node, path, "a list", "Write [ … ].");
        }
        for (int i = node.Items.Count - 1; i >= 0; i--)
        {
            if (Check(node.Items[i], item, ConfigPath.Append(path, i)) is ConfigNode usable)
            {
                node.Items[i] = usable;
            }
            else
            {
                node.Items.RemoveAt(i);
            }
        }
        return node;
    }

    private ConfigNode? Refuse(ConfigNode node, string path, ConfigKey key)
    {
        string shown = node.Kind is ConfigNodeKind.Number or ConfigNodeKind.Text && !SecretPaths.IsSecret(path)
            ? ConfigValues.Quote(node) : ConfigValues.Describe(node);
        (string message, string fix) = key.Kind switch
        {
            ConfigKeyKind.Whole or ConfigKeyKind.Real when node.Kind == ConfigNodeKind.Number =>
                ($"{shown} is outside {ConfigValues.Range(key)}.", $"Write a number in {ConfigValues.Range(key)}."),
            ConfigKeyKind.Choice when node.IsText =>
                ($"{shown} is not one of {key.Note.Replace("|", ", ", StringComparison.Ordinal)}.",
                    Nearest.Of(node.Text, key.Words) is string word ? $"Did you mean \"{word}\"?" : $"Write one of {key.Note.Replace("|", ", ", StringComparison.Ordinal)}."),
            _ => ($"Here {ConfigValues.Expected(key)} is expected, not {shown}.", ConfigValues.Example(key)),
        };
        return Report(node, path, message, fix, key.Default);
    }

    private ConfigNode? Refuse(ConfigNode node, string path, string expected, string fix) =>
        Report(node, path, $"Here {expected} is expected, not {ConfigValues.Describe(node)}.", fix, "");

    private ConfigNode? Report(ConfigNode node, string path, string message, string fix, string standIn)
    {
        bool critical = ConfigKeys.IsCritical(path);
        string after = critical ? " The gateway does not start without it being right."
            : standIn.Length > 0 ? $" The default stands in: {standIn}." : " It counts as absent.";
        problems.Add(path, node, critical ? ProblemSeverity.Fatal : ProblemSeverity.Error, message + after, fix);
        return null;
    }

    private static string Suggest(string key, IReadOnlyCollection<string> names, string path) =>
        Nearest.Of(key, names) is string near
            ? $"Did you mean {ConfigPath.Append(path, near)}?"
            : "Remove it, or see docs/config.md for the keys.";
}
